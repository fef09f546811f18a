-- Makes a consumer of a journal, or moves one that is there to another place, which ends its lease.
--
-- $1 journal smallint    $2 name text
-- $3 cursor bigint, null to begin before the first event and to leave one that is there as it is
--
-- No row: there is no such journal, or it has not come so far.
INSERT INTO consumers AS known (journal, name, cursor)
SELECT journals.id, $2, coalesce($3::bigint, 0)
FROM journals
WHERE journals.id = $1 AND coalesce($3, 0) BETWEEN 0 AND journals.head
ON CONFLICT (journal, name) DO UPDATE
SET cursor = coalesce($3, known.cursor),
    cursor_at = CASE WHEN $3 IS NULL THEN known.cursor_at ELSE clock_timestamp() END,
    lease = CASE WHEN $3 IS NULL THEN known.lease END,
    lease_seconds = CASE WHEN $3 IS NULL THEN known.lease_seconds END,
    leased_until = CASE WHEN $3 IS NULL THEN known.leased_until END,
    holder = CASE WHEN $3 IS NULL THEN known.holder END
RETURNING xmax = 0 AS is_new
