-- Limits how long this transaction waits for a lock.
--
-- $1 milliseconds text
SELECT set_config('lock_timeout', $1, true)
