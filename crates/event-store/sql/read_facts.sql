-- Reads what one campaign's events say, without who and why, up to a version and an instant, oldest
-- first.
--
-- $1 journal smallint    $2 campaign_id uuid    $3 last version bigint
-- $4 last instant timestamptz, null for whenever
--
-- No rows means that there was no such campaign then. Instants never go backwards within a journal, so
-- what comes is a beginning of the history, without gaps.
SELECT position, version, type, schema_version, payload::text AS payload, recorded_at
FROM all_events
WHERE journal = $1 AND campaign_id = $2 AND version <= $3
  AND ($4::timestamptz IS NULL OR recorded_at <= $4)
ORDER BY version
