-- Settles tokens whose time ran out: as timed out, or, when a wake completed them before, as what the
-- wake said. Stands behind the waking lock, in the same transaction. Tokens that somebody else is
-- settling are left to them.
--
-- $1 journal smallint    $2 now timestamptz    $3 limit bigint
WITH due AS MATERIALIZED (
    SELECT id
    FROM waitpoints
    WHERE journal = $1 AND settled_at IS NULL AND timeout_at <= $2
    ORDER BY timeout_at
    LIMIT $3
    FOR UPDATE SKIP LOCKED
)
UPDATE waitpoints
SET settled_at = coalesce(states.completed_at, $2), timed_out = states.status = 'WAITING',
    output_type = states.output_type, output = states.output
FROM due
JOIN waitpoint_states AS states ON states.journal = $1 AND states.id = due.id
WHERE waitpoints.journal = $1 AND waitpoints.id = due.id AND waitpoints.settled_at IS NULL
RETURNING waitpoints.id, waitpoints.timed_out
