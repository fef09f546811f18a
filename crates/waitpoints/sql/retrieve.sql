-- One token, with its output.
--
-- $1 journal smallint    $2 id text
--
-- No row: there is no such token.
SELECT id, campaign_id, prospect_id, kind, timeout_at, tags, idempotency_key,
       inactive_idempotency_key, idempotency_key_expires_at, created_by, status, completed_at,
       output_type, output
FROM waitpoint_states
WHERE journal = $1 AND id = $2
