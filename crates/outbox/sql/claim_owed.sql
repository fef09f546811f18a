-- The next tokens that are owed a completion, of every tenant the same share. Tenants are found by
-- skipping along the index, first those behind the one that was served last, so a tenant with a
-- million is as cheap to pass as one with ten.
--
-- $1 now timestamptz    $2 the tenant that was served last uuid    $3 tokens bigint
WITH RECURSIVE behind AS (
    (SELECT user_id, 1::bigint AS place FROM tokens
     WHERE owed IS NOT NULL AND NOT parked AND user_id > $2
     ORDER BY user_id LIMIT 1)
    UNION ALL
    SELECT (SELECT next.user_id FROM tokens AS next
            WHERE next.owed IS NOT NULL AND NOT next.parked AND next.user_id > behind.user_id
            ORDER BY next.user_id LIMIT 1),
           behind.place + 1
    FROM behind
    WHERE behind.user_id IS NOT NULL AND behind.place < $3
),
around AS (
    (SELECT user_id, 1::bigint AS place FROM tokens
     WHERE owed IS NOT NULL AND NOT parked AND user_id <= $2
     ORDER BY user_id LIMIT 1)
    UNION ALL
    SELECT (SELECT next.user_id FROM tokens AS next
            WHERE next.owed IS NOT NULL AND NOT next.parked
              AND next.user_id > around.user_id AND next.user_id <= $2
            ORDER BY next.user_id LIMIT 1),
           around.place + 1
    FROM around
    WHERE around.user_id IS NOT NULL AND around.place < $3
),
served AS MATERIALIZED (
    SELECT user_id
    FROM (SELECT 1 AS turn, user_id FROM behind UNION ALL SELECT 2, user_id FROM around) AS tenants
    WHERE user_id IS NOT NULL
    ORDER BY turn, user_id
    LIMIT $3
)
SELECT owed.journal, owed.campaign_id, owed.user_id, owed.owed::text AS output, owed.created_at,
       owed.kind, owed.id, owed.attempts, owed.rest_milliseconds
FROM served
CROSS JOIN LATERAL (
    SELECT * FROM tokens
    WHERE tokens.user_id = served.user_id
      AND tokens.owed IS NOT NULL AND NOT tokens.parked AND tokens.due_at <= $1
    ORDER BY tokens.due_at
    LIMIT (SELECT greatest(1, $3 / greatest(1, count(*))) FROM served)
) AS owed
ORDER BY owed.user_id <= $2, owed.user_id, owed.due_at
