-- Where the shadow tables stand in a journal.
--
-- $1 journal smallint
SELECT head FROM rebuilding.journals WHERE id = $1
