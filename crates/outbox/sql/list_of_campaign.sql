-- The effects of one campaign's events that wait, in the order of the events.
--
-- $1 journal smallint    $2 campaign_id uuid    $3 first position bigint    $4 last position bigint
SELECT position, kind, detail::text AS detail, enqueued_at
FROM effects
WHERE journal = $1 AND campaign_id = $2 AND position BETWEEN $3 AND $4
ORDER BY position
