-- The partition of a journal that is being filled.
--
-- $1 journal smallint
--
-- No row: all are full.
SELECT first_position, last_position, name
FROM archives
WHERE journal = $1 AND filled_at IS NULL
ORDER BY first_position
LIMIT 1
