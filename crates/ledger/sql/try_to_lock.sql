-- Lets one process at a time seal a journal, to the end of the transaction.
--
-- $1 journal smallint
--
-- Returns whether this one may.
SELECT pg_try_advisory_xact_lock(hashtextextended('fermata.ledger', $1::smallint)) AS held
