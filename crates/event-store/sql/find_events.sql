-- Which of these events are in the log.
--
-- $1 journal smallint    $2 after position bigint    $3 event_ids uuid[]
--
-- No rows means none.
SELECT event_id, position, recorded_at
FROM all_events
WHERE journal = $1 AND position > $2 AND event_id = ANY ($3)
ORDER BY position
