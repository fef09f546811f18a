-- Completes tokens that wait. Stands behind the waking lock, in the same transaction, so no wake can
-- come between looking and writing; rows are taken in the order of their ids, so that two such
-- statements never wait for each other.
--
-- $1 journal smallint    $3 output's type text    $5 now timestamptz
-- $2 ids     text[]      $4 output        text
--
-- Returns each token that there is, and whether this statement completed it.
WITH asked AS MATERIALIZED (
    SELECT id, settled_at
    FROM waitpoints
    WHERE journal = $1 AND id = ANY ($2)
    ORDER BY id
    FOR UPDATE
),
completed AS (
    UPDATE waitpoints
    SET settled_at = $5, output_type = $3, output = $4
    FROM asked
    JOIN waitpoint_states AS states ON states.journal = $1 AND states.id = asked.id
    WHERE waitpoints.journal = $1
      AND waitpoints.id = asked.id
      AND asked.settled_at IS NULL
      AND states.status = 'WAITING'
    RETURNING waitpoints.id
)
SELECT asked.id, completed.id IS NOT NULL AS is_now
FROM asked
LEFT JOIN completed ON completed.id = asked.id
