-- Closes launches that have ended: their campaign was taken up, put back to draft, or deleted.
--
-- $1 journal smallint, null for all    $2 campaign_ids uuid[]    $3 limit bigint
--
-- No rows closed: none has ended, or another process closes them.
WITH ended AS MATERIALIZED (
    SELECT deliveries.journal, deliveries.position, ending.state, ending.reason, ending.ended_at
    FROM deliveries
    CROSS JOIN LATERAL launch_end(deliveries.journal, deliveries.position, deliveries.campaign_id, true)
        AS ending
    WHERE deliveries.closed_at IS NULL
      AND deliveries.kind = 'start_run'
      AND ($1::smallint IS NULL OR deliveries.journal = $1 AND deliveries.campaign_id = ANY ($2::uuid[]))
    ORDER BY deliveries.journal, deliveries.position
    LIMIT $3
    FOR UPDATE OF deliveries SKIP LOCKED
)
UPDATE deliveries
SET state = ended.state, reason = ended.reason,
    closed_at = coalesce(ended.ended_at, clock_timestamp())
FROM ended
WHERE deliveries.journal = ended.journal AND deliveries.position = ended.position
