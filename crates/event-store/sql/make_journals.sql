-- Makes the journals of a new database, numbered from 0. Changes nothing when there are some.
--
-- $1 count bigint
INSERT INTO journals (id)
SELECT number::smallint FROM generate_series(0, $1::bigint - 1) AS number
WHERE NOT EXISTS (SELECT FROM journals)
