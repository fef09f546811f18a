-- Loads prospects into their shadow table, which has no keys yet.
COPY rebuilding.prospects (journal, campaign_id, id, status, node_id, replies, replied_at,
                           bounced_at, created_at, updated_at, added_version, added_place)
FROM STDIN (FORMAT binary)
