-- The effects of some events of a journal, in the order of the events, with what became of each.
--
-- $1 journal smallint    $2 positions bigint[]
--
-- An event without a row causes none, or its effect was forgotten.
SELECT position, kind, detail::text AS detail, enqueued_at, state
FROM effect_states
WHERE journal = $1 AND position = ANY ($2::bigint[])
ORDER BY position
