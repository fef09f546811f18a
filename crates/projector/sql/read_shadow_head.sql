-- Takes the head that the shadow tables stand at in a journal, to the end of the transaction, so that
-- nothing is applied twice.
--
-- $1 journal smallint
SELECT head FROM rebuilding.journals WHERE id = $1 FOR UPDATE
