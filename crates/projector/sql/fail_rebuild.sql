-- Ends a rebuild that cannot be done.
--
-- $1 rebuild bigint    $2 failure text
UPDATE rebuilds SET phase = 'failed', ended_at = clock_timestamp(), failure = $2
WHERE id = $1 AND ended_at IS NULL
