-- Reads the position of a journal's latest event; 0 before the first.
--
-- $1 journal smallint
--
-- No rows means that there is no such journal.
SELECT head FROM journals WHERE id = $1
