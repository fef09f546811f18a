-- Moves a rebuild on.
--
-- $1 rebuild bigint    $2 phase text
--
-- No row is changed when it was cancelled.
UPDATE rebuilds SET phase = $2 WHERE id = $1 AND ended_at IS NULL
