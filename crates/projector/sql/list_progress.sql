-- How far a rebuild has come, by journal.
--
-- $1 rebuild bigint
SELECT journal, target, after_campaign, events, is_loaded
FROM rebuild_progress
WHERE rebuild = $1
ORDER BY journal
