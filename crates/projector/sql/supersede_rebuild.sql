-- Has a rebuild of older versions begin anew with those of this program.
--
-- $1 rebuild bigint    $2 versions integer[]
UPDATE rebuilds SET versions = $2, phase = 'waiting' WHERE id = $1 AND ended_at IS NULL
