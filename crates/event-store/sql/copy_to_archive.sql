-- Copies a range of a journal's events into the archive, as they are.
--
-- $1 journal smallint    $2 first position bigint    $3 last position bigint
INSERT INTO archived_events (journal, position, campaign_id, version, event_id, schema_version,
                             recorded_at, type, payload, metadata)
SELECT journal, position, campaign_id, version, event_id, schema_version, recorded_at, type, payload,
       metadata
FROM events
WHERE journal = $1 AND position BETWEEN $2 AND $3
ORDER BY position
