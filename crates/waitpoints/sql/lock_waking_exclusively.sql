-- Takes the waking lock of a journal alone, until the transaction ends.
--
-- $1 journal integer
SELECT pg_advisory_xact_lock(hashtext('fermata.waking'), $1)
