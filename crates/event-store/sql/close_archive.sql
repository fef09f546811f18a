-- A partition is full: everything of its range has been moved.
--
-- $1 journal smallint    $2 first position bigint
UPDATE archives SET filled_at = clock_timestamp()
WHERE journal = $1 AND first_position = $2 AND filled_at IS NULL
