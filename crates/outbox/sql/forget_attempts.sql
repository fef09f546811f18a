-- Forgets old attempts of deliveries that were forgotten.
--
-- $1 before timestamptz    $2 limit bigint
DELETE FROM attempts
WHERE (journal, position, number) IN (
    SELECT attempts.journal, attempts.position, attempts.number
    FROM attempts
    WHERE attempts.begun_at < $1
      AND NOT EXISTS (
          SELECT FROM deliveries
          WHERE deliveries.journal = attempts.journal
            AND deliveries.position = attempts.position
      )
    ORDER BY attempts.begun_at
    LIMIT $2
)
