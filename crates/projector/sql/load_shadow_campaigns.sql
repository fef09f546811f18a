-- Loads campaigns into their shadow table, which has no keys yet.
COPY rebuilding.campaigns (journal, id, version, stage, census, tally, user_id, name, settings,
                           sequence, created_at, updated_at)
FROM STDIN (FORMAT binary)
