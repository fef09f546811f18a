-- The tokens of a campaign that wait, in a range of ids, if they are few enough to look at all: those
-- that nobody settled and that were registered after the latest wake of their kind.
--
-- $1 journal  smallint    $3 from (including) text    $5 looked at bigint    $7 limit        bigint
-- $2 campaign uuid        $4 to (excluding)   text    $6 statuses  text[]    $8 newest first boolean
-- $9 tags, any of them text[]
--
-- Returns a row at least: whether they are too many, and a token or null.
WITH latest AS (
    SELECT kinds.kind, coalesce(max(wakes.position), 0) AS position
    FROM (VALUES ('sleep'), ('pause')) AS kinds (kind)
    LEFT JOIN wakes ON wakes.journal = $1 AND wakes.campaign_id = $2 AND wakes.kind = kinds.kind
    GROUP BY kinds.kind
),
found AS MATERIALIZED (
    SELECT unsettled.journal, unsettled.id
    FROM latest
    CROSS JOIN LATERAL (
        SELECT journal, id
        FROM waitpoints
        WHERE journal = $1 AND campaign_id = $2 AND kind = latest.kind
          AND registered_at >= latest.position AND settled_at IS NULL
          AND id >= $3 AND id < $4
        LIMIT $5::bigint + 1
    ) AS unsettled
),
counted AS (
    SELECT count(*) > $5 AS is_too_many FROM found
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
    WHERE NOT counted.is_too_many AND states.status = ANY ($6) AND states.tags && $9
    ORDER BY CASE WHEN $8 THEN states.id END DESC, states.id
    LIMIT $7
) AS page ON true
