-- Reads what the archive has of a journal after a position and before another.
--
-- $1 journal smallint    $2 position bigint    $3 before bigint    $4 limit bigint
--
-- No rows, or a gap in front of the first: the partition is not attached.
SELECT journal, position, campaign_id, version, event_id, type, schema_version,
       payload::text AS payload, metadata::text AS metadata, recorded_at
FROM archived_events
WHERE journal = $1 AND position > $2 AND position < $3
ORDER BY position
LIMIT $4
