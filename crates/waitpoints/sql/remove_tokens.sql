-- Removes tokens and the keys that lead to them.
--
-- $1 journals smallint[]    $2 ids text[]
--
-- Returns how many.
WITH removed AS (
    DELETE FROM waitpoints
    USING unnest($1::smallint[], $2::text[]) AS asked (journal, id)
    WHERE waitpoints.journal = asked.journal AND waitpoints.id = asked.id
    RETURNING waitpoints.id, waitpoints.idempotency_key
),
forgotten AS (
    DELETE FROM waitpoint_keys
    USING removed, journals
    WHERE waitpoint_keys.journal = journals.id
      AND waitpoint_keys.digest = sha256(convert_to(removed.idempotency_key, 'UTF8'))
      AND waitpoint_keys.token_id = removed.id
)
SELECT count(*) FROM removed
