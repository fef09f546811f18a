-- The effects of one campaign's events, in the order of the events, with what became of each.
--
-- $1 journal smallint    $2 campaign_id uuid    $3 first position bigint    $4 last position bigint
SELECT position, kind, detail::text AS detail, enqueued_at, state
FROM effect_states
WHERE journal = $1 AND campaign_id = $2 AND position BETWEEN $3 AND $4
ORDER BY position
