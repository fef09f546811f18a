-- A page of a journal's effects, each with the event that it names.
--
-- $1 journal smallint    $2 after position bigint    $3 limit bigint
--
-- The type is null when there is no such event. Fewer rows than the limit mean that there are no more.
SELECT effects.position, effects.campaign_id, effects.kind, causes.type,
       causes.campaign_id AS cause_campaign_id
FROM (SELECT position, campaign_id, kind FROM effects
      WHERE journal = $1 AND position > $2
      ORDER BY position
      LIMIT $3) AS effects
LEFT JOIN LATERAL (
    SELECT all_events.type, all_events.campaign_id
    FROM all_events
    WHERE all_events.journal = $1 AND all_events.position = effects.position
) AS causes ON true
ORDER BY effects.position
