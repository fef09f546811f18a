-- Forgets deliveries that were closed long ago.
--
-- $1 before timestamptz    $2 limit bigint
DELETE FROM deliveries
WHERE (journal, position) IN (
    SELECT journal, position FROM deliveries
    WHERE closed_at < $1
    ORDER BY closed_at
    LIMIT $2
)
