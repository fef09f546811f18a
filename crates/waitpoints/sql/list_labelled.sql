-- Tokens with one of some labels in a range of ids, if those labels are rare enough to look at all.
--
-- $1 labels           text[]    $4 looked at bigint    $6 limit        bigint
-- $2 from (including) text      $5 statuses  text[]    $7 newest first boolean
-- $3 to (excluding)   text
--
-- Returns a row at least: whether the labels are too common, and a token or null.
WITH found AS MATERIALIZED (
    SELECT journal, id
    FROM waitpoints
    WHERE labels && $1 AND id >= $2 AND id < $3
    LIMIT $4::bigint + 1
),
counted AS (
    SELECT count(*) > $4 AS is_too_many FROM found
)
SELECT counted.is_too_many, page.*
FROM counted
LEFT JOIN LATERAL (
    SELECT states.id, states.campaign_id, states.prospect_id, states.kind, states.timeout_at,
           states.tags, states.idempotency_key, states.inactive_idempotency_key,
           states.idempotency_key_expires_at, states.created_by, states.status,
           states.completed_at
    FROM found
    JOIN waitpoint_states AS states ON states.journal = found.journal AND states.id = found.id
    WHERE NOT counted.is_too_many AND states.status = ANY ($5)
    ORDER BY CASE WHEN $7 THEN states.id END DESC, states.id
    LIMIT $6
) AS page ON true
