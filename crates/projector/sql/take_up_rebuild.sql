-- Notes that a process works on a rebuild from now on.
--
-- $1 rebuild bigint
UPDATE rebuilds
SET taken_up_at = clock_timestamp(),
    events_before = (SELECT coalesce(sum(events), 0) FROM rebuild_progress WHERE rebuild = $1)
WHERE id = $1
