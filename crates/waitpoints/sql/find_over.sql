-- Those of some tokens that wait no longer, with their outputs.
--
-- $1 journals smallint[]    $2 ids text[]
SELECT states.id, states.campaign_id, states.prospect_id, states.kind, states.timeout_at,
       states.tags, states.idempotency_key, states.inactive_idempotency_key,
       states.idempotency_key_expires_at, states.created_by, states.status, states.completed_at,
       states.output_type, states.output
FROM unnest($1::smallint[], $2::text[]) AS asked (journal, id)
JOIN waitpoint_states AS states ON states.journal = asked.journal AND states.id = asked.id
WHERE states.status <> 'WAITING'
