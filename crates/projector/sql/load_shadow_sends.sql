-- Loads counts of sends into their shadow table, which has no keys yet.
COPY rebuilding.sends (journal, account_id, campaign_id, day, kind, count)
FROM STDIN (FORMAT binary)
