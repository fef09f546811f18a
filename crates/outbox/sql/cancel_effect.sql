-- Cancels an effect that is being sent or parked. Its tokens wait for the next effect. A launch that has
-- ended is neither.
--
-- $1 journal smallint    $2 position bigint    $3 reason text
UPDATE deliveries SET state = 'cancelled', reason = $3, closed_at = clock_timestamp()
WHERE journal = $1 AND position = $2 AND state IN ('due', 'parked')
  AND NOT EXISTS (SELECT FROM launch_end(journal, position, campaign_id, kind = 'start_run'))
  AND NOT EXISTS (SELECT FROM launch_end(journal, position, campaign_id, kind = 'start_run'))
