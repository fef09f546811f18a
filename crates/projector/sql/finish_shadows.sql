-- Gives the shadow tables the next thing that they have not, of a table that nobody else is at.
--
-- $1 integer: the last turn, as finish_shadows has them
--
-- Returns its name, or null when nothing is left.
SELECT finish_shadows($1) AS name
