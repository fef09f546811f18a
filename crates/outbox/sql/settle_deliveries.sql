-- Ends a pass of deliveries: done when no token is left, parked when only parked ones are, and
-- otherwise due again when the first of them is.
--
-- $1 journals smallint[]    $2 positions bigint[]
WITH passed AS (
    SELECT deliveries.journal, deliveries.position, deliveries.token_kind,
           remaining.tokens, remaining.parked, remaining.due_at, remaining.reason
    FROM unnest($1::smallint[], $2::bigint[]) AS passed (journal, position)
    JOIN deliveries
        ON deliveries.journal = passed.journal AND deliveries.position = passed.position
       AND deliveries.state = 'due'
    CROSS JOIN LATERAL (
        SELECT count(*) AS tokens,
               count(*) FILTER (WHERE parked AND tried_for = deliveries.position) AS parked,
               min(CASE WHEN tried_for = deliveries.position THEN due_at ELSE '-infinity' END)
                   FILTER (WHERE NOT (parked AND tried_for IS NOT DISTINCT FROM deliveries.position))
                   AS due_at,
               max(reason) FILTER (WHERE tried_for = deliveries.position) AS reason
        FROM tokens
        WHERE tokens.journal = deliveries.journal
          AND tokens.campaign_id = deliveries.campaign_id
          AND tokens.kind BETWEEN coalesce(deliveries.token_kind, 'pause')
                              AND coalesce(deliveries.token_kind, 'sleep')
          AND tokens.registered_position < deliveries.position
          AND tokens.owed IS NULL
    ) AS remaining
)
UPDATE deliveries
SET state = CASE WHEN passed.tokens = 0 THEN 'delivered'
                 WHEN passed.tokens = passed.parked THEN 'parked'
                 ELSE 'due' END,
    closed_at = CASE WHEN passed.tokens = 0 THEN clock_timestamp() END,
    due_at = coalesce(passed.due_at, '-infinity'),
    cursor_kind = coalesce(passed.token_kind, ''),
    cursor_id = '',
    reason = CASE WHEN passed.tokens = 0 THEN NULL
                  WHEN passed.tokens = passed.parked
                  THEN format('what is left cannot be completed: %s', passed.reason)
                  ELSE passed.reason END
FROM passed
WHERE deliveries.journal = passed.journal AND deliveries.position = passed.position
