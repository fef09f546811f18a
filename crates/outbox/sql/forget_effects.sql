-- Forgets old effects that were taken in and have no delivery any more: the oldest of each journal.
--
-- $1 before timestamptz    $2 limit bigint
DELETE FROM effects
WHERE (journal, position) IN (
    SELECT oldest.journal, oldest.position
    FROM relay_cursors
    CROSS JOIN LATERAL (
        SELECT effects.journal, effects.position
        FROM effects
        WHERE effects.journal = relay_cursors.journal
          AND effects.position <= relay_cursors.position
          AND effects.enqueued_at < $1
          AND NOT EXISTS (
              SELECT FROM deliveries
              WHERE deliveries.journal = effects.journal
                AND deliveries.position = effects.position
          )
        ORDER BY effects.position
        LIMIT $2
    ) AS oldest
    LIMIT $2
)
