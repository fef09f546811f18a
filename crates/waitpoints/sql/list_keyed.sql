-- The token that an idempotency key leads to.
--
-- $1 key's journal smallint    $3 from (including) text    $5 tags, any of them text[] or null
-- $2 key's digest  bytea       $4 to (excluding)   text    $6 statuses          text[]
SELECT states.id, states.campaign_id, states.prospect_id, states.kind, states.timeout_at,
       states.tags, states.idempotency_key, states.inactive_idempotency_key,
       states.idempotency_key_expires_at, states.created_by, states.status, states.completed_at
FROM waitpoint_keys AS keys
JOIN waitpoint_states AS states ON states.journal = keys.token_journal AND states.id = keys.token_id
WHERE keys.journal = $1 AND keys.digest = $2
  AND states.id >= $3 AND states.id < $4
  AND ($5::text[] IS NULL OR states.tags && $5)
  AND states.status = ANY ($6)
