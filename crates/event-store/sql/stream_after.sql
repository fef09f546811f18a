-- Reads a journal after a position, every column as it is stored.
--
-- $1 journal smallint    $2 position bigint    $3 limit bigint
--
-- No rows means that the reader has everything.
SELECT journal, position, campaign_id, version, event_id, type, schema_version, recorded_at,
       payload, metadata
FROM all_events
WHERE journal = $1 AND position > $2
ORDER BY position
LIMIT $3
