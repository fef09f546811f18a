-- Takes the waking lock of a journal together with others who settle tokens, until the transaction
-- ends.
--
-- $1 journal integer
SELECT pg_advisory_xact_lock_shared(hashtext('fermata.waking'), $1)
