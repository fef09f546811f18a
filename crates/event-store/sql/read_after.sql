-- Reads a journal after a position. Positions are dense and in commit order, so what is returned
-- begins with the very next event.
--
-- $1 journal smallint    $2 position bigint    $3 limit bigint
--
-- No rows means that the reader has everything.
SELECT journal, position, campaign_id, version, event_id, type, schema_version,
       payload::text AS payload, metadata::text AS metadata, recorded_at
FROM events
WHERE journal = $1 AND position > $2
ORDER BY position
LIMIT $3
