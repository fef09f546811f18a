-- Keeps a launch whose run could not be started, with when it is tried again, or parked.
--
-- $1 journal smallint     $3 failures bigint           $5 due_at timestamptz
-- $2 position bigint      $4 rest in milliseconds int  $6 parked boolean    $7 reason text
UPDATE deliveries
SET state = CASE WHEN $6 THEN 'parked' ELSE 'due' END,
    failed = $3, rest_milliseconds = $4, due_at = $5, reason = $7
WHERE journal = $1 AND position = $2 AND state = 'due'
