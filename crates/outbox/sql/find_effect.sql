-- One effect with what became of it.
--
-- $1 journal smallint    $2 position bigint
--
-- No row: there is no such effect, or it was forgotten.
SELECT journal, position, campaign_id, kind, detail::text AS detail, enqueued_at, state, cursor,
       told, token_kind, opened_at, completed, unknown, failed, attempts, reason, closed_at,
       CASE WHEN isfinite(due_at) THEN due_at END AS due_at
FROM effect_states
WHERE journal = $1 AND position = $2
