-- Makes a partition of the archive for a range of a journal's positions, and tells its name.
--
-- $1 journal smallint    $2 first position bigint    $3 last position bigint
SELECT make_archive($1, $2, $3) AS name
