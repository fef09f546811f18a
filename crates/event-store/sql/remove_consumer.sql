-- Forgets a consumer. Whoever reads for it has lost its lease.
--
-- $1 journal smallint    $2 name text
DELETE FROM consumers WHERE journal = $1 AND name = $2
