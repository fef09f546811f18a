-- The next tokens that open deliveries complete: of every tenant the same share, of a tenant's
-- deliveries the oldest first.
--
-- $1 now timestamptz    $2 the tenant that was served last uuid    $3 tokens bigint
--
-- A delivery without a token (null) has none left in this pass. `share` is what each delivery may
-- have returned at most: one with fewer has none left behind them.
WITH tenants AS MATERIALIZED (
    SELECT user_id
    FROM deliveries
    WHERE state = 'due' AND kind <> 'start_run' AND due_at <= $1 AND user_id IS NOT NULL
    GROUP BY user_id
    ORDER BY user_id <= $2, user_id
    LIMIT $3
),
ranked AS (
    SELECT deliveries.*,
           row_number() OVER (PARTITION BY user_id ORDER BY enqueued_at, journal, position) AS turn
    FROM deliveries
    WHERE state = 'due' AND kind <> 'start_run' AND due_at <= $1
      AND user_id IN (SELECT user_id FROM tenants)
),
shared AS MATERIALIZED (
    SELECT greatest(1, $3 / greatest(1, count(*))) AS share FROM tenants
)
SELECT sending.journal, sending.position, sending.campaign_id, sending.user_id,
       sending.output::text AS output, sending.enqueued_at, sending.opened_at, shared.share,
       sleeping.kind, sleeping.id, sleeping.attempts, sleeping.rest_milliseconds
FROM ranked AS sending
CROSS JOIN shared
LEFT JOIN LATERAL (
    SELECT tokens.kind, tokens.id,
           CASE WHEN tokens.tried_for = sending.position THEN tokens.attempts ELSE 0 END
               AS attempts,
           CASE WHEN tokens.tried_for = sending.position THEN tokens.rest_milliseconds ELSE 0 END
               AS rest_milliseconds
    FROM tokens
    WHERE tokens.journal = sending.journal
      AND tokens.campaign_id = sending.campaign_id
      AND (tokens.kind, tokens.id) > (sending.cursor_kind, sending.cursor_id)
      AND tokens.kind <= coalesce(sending.token_kind, 'sleep')
      AND tokens.registered_position < sending.position
      AND tokens.owed IS NULL
      AND (tokens.tried_for IS DISTINCT FROM sending.position
           OR tokens.due_at <= $1 AND NOT tokens.parked)
    ORDER BY tokens.kind, tokens.id
    LIMIT (SELECT share FROM shared)
) AS sleeping ON true
WHERE sending.turn <= 16
ORDER BY sending.user_id <= $2, sending.user_id, sending.turn, sleeping.kind, sleeping.id
