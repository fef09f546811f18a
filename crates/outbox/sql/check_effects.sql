-- The effects of some events, for comparing them with what the events ask for.
--
-- $1 journal smallint    $2 positions bigint[]    $3 recorded_at timestamptz[]
-- $4 hours for which an effect is certainly kept integer
--
-- A row for each position. `is_due` says that an effect there cannot have been forgotten yet: it was
-- not taken in, its event is young, or there is a delivery of it.
SELECT asked.position, effects.campaign_id, effects.kind, effects.detail::text AS detail,
       effects.enqueued_at,
       asked.position > coalesce(relay_cursors.position, 0)
           OR asked.recorded_at > now() - make_interval(hours => $4)
           OR deliveries.position IS NOT NULL AS is_due
FROM unnest($2::bigint[], $3::timestamptz[]) AS asked (position, recorded_at)
LEFT JOIN relay_cursors ON relay_cursors.journal = $1
LEFT JOIN effects ON effects.journal = $1 AND effects.position = asked.position
LEFT JOIN deliveries ON deliveries.journal = $1 AND deliveries.position = asked.position
ORDER BY asked.position
