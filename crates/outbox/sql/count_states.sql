-- How many effects are in each state that is not their last, by kind.
SELECT state, kind, count(*) AS count, min(enqueued_at) AS oldest_at
FROM (
    SELECT 'waiting' AS state, effects.kind, effects.enqueued_at
    FROM journals
    LEFT JOIN relay_cursors ON relay_cursors.journal = journals.id
    JOIN effects
        ON effects.journal = journals.id
       AND effects.position > coalesce(relay_cursors.position, 0)
    UNION ALL
    SELECT deliveries.state, deliveries.kind, deliveries.enqueued_at
    FROM deliveries
    WHERE deliveries.closed_at IS NULL
) AS open
GROUP BY state, kind
ORDER BY state, kind
