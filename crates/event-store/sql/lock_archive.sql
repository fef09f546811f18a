-- Lets one process at a time move events of a journal: until the end of the connection.
--
-- $1 journal smallint
SELECT pg_try_advisory_lock(hashtextextended('fermata.archive', $1::bigint)) AS is_ours
