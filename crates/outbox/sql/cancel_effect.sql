-- Cancels an effect that is being sent or parked. Its tokens wait for the next effect.
--
-- $1 journal smallint    $2 position bigint    $3 reason text
UPDATE deliveries SET state = 'cancelled', reason = $3, closed_at = clock_timestamp()
WHERE journal = $1 AND position = $2 AND state IN ('due', 'parked')
