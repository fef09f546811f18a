-- What a rebuild is at.
--
-- $1 rebuild bigint
SELECT phase FROM rebuilds WHERE id = $1
