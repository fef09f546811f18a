-- Tokens in a range of ids, of a campaign or all, oldest first; looks at a bounded number.
--
-- $1 journal  smallint    $3 from (including) text      $5 tags, any of them  text[] or null
-- $2 campaign uuid        $4 to (excluding)   text      $6 statuses           text[]
--    or null: of all                                    $7 looked at           bigint
--                                                       $8 limit               bigint
SELECT id, campaign_id, prospect_id, kind, timeout_at, tags, idempotency_key,
       inactive_idempotency_key, idempotency_key_expires_at, created_by, status, completed_at
FROM (
    SELECT *
    FROM waitpoint_states
    WHERE ($2::uuid IS NULL OR (journal = $1 AND campaign_id = $2))
      AND id >= $3 AND id < $4
    ORDER BY id ASC
    LIMIT $7
) AS looked_at
WHERE status = ANY ($6) AND ($5::text[] IS NULL OR tags && $5)
ORDER BY id ASC
LIMIT $8
