-- Removes a range of a journal's events that the archive has. The schema refuses any other.
--
-- $1 journal smallint    $2 first position bigint    $3 last position bigint
DELETE FROM events WHERE journal = $1 AND position BETWEEN $2 AND $3
