-- Parks an effect that is being sent.
--
-- $1 journal smallint    $2 position bigint    $3 reason text
UPDATE deliveries SET state = 'parked', reason = $3
WHERE journal = $1 AND position = $2 AND state = 'due'
