-- Limits how long this transaction waits for a lock, and how long it may hold what everybody else waits
-- for when its process says nothing any more. What it commits is on the disk.
--
-- $1 milliseconds text, for a lock    $2 milliseconds text, for its process
SELECT set_config('lock_timeout', $1, true),
       set_config('idle_in_transaction_session_timeout', $2, true),
       set_config('synchronous_commit', 'on', true)
