-- Parks an effect that is being sent. A launch that has ended is neither.
--
-- $1 journal smallint    $2 position bigint    $3 reason text
UPDATE deliveries SET state = 'parked', reason = $3
WHERE journal = $1 AND position = $2 AND state = 'due'
  AND NOT EXISTS (SELECT FROM launch_end(journal, position, campaign_id, kind = 'start_run'))
