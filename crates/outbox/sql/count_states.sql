-- How many effects are in each state that is not their last, by kind. A launch that has ended is not
-- counted, whether or not its row was closed.
SELECT state, kind, count(*) AS count, min(enqueued_at) AS oldest_at
FROM (
    SELECT 'waiting' AS state, effects.journal, effects.position, effects.campaign_id, effects.kind,
           effects.enqueued_at
    FROM journals
    LEFT JOIN relay_cursors ON relay_cursors.journal = journals.id
    JOIN effects
        ON effects.journal = journals.id
       AND effects.position > coalesce(relay_cursors.position, 0)
    UNION ALL
    SELECT deliveries.state, deliveries.journal, deliveries.position, deliveries.campaign_id,
           deliveries.kind, deliveries.enqueued_at
    FROM deliveries
    WHERE deliveries.closed_at IS NULL
) AS open
WHERE NOT EXISTS (SELECT FROM launch_end(open.journal, open.position, open.campaign_id,
                                         open.kind = 'start_run'))
GROUP BY state, kind
ORDER BY state, kind
