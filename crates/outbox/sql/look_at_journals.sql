-- How far the relay has come in each journal.
SELECT journals.id, journals.head, coalesce(relay_cursors.position, 0) AS position,
       behind.count AS behind, behind.oldest_at
FROM journals
LEFT JOIN relay_cursors ON relay_cursors.journal = journals.id
CROSS JOIN LATERAL (
    SELECT count(*) AS count, min(effects.enqueued_at) AS oldest_at
    FROM effects
    WHERE effects.journal = journals.id
      AND effects.position > coalesce(relay_cursors.position, 0)
) AS behind
ORDER BY journals.id
