-- Effects with what became of them, by journal and position, after a place.
--
-- $1 state text, null for any          $3 journal smallint and $4 position bigint: the place
-- $2 campaign_id uuid, null for any    $5 limit bigint
WITH chosen AS MATERIALIZED (
    (SELECT deliveries.journal, deliveries.position
     FROM deliveries
     WHERE $1 IN ('due', 'parked')
       AND deliveries.closed_at IS NULL
       AND deliveries.state = $1
       AND ($2::uuid IS NULL OR deliveries.campaign_id = $2)
       AND (deliveries.journal, deliveries.position) > ($3, $4)
       AND NOT EXISTS (SELECT FROM launch_end(deliveries.journal, deliveries.position,
                                              deliveries.campaign_id, deliveries.kind = 'start_run'))
     ORDER BY deliveries.journal, deliveries.position
     LIMIT $5)
    UNION ALL
    (SELECT deliveries.journal, deliveries.position
     FROM deliveries
     WHERE $1 = 'cancelled'
       AND deliveries.state = $1
       AND ($2::uuid IS NULL OR deliveries.campaign_id = $2)
       AND (deliveries.journal, deliveries.position) > ($3, $4)
     ORDER BY deliveries.journal, deliveries.position
     LIMIT $5)
    UNION ALL
    -- Launches that have ended, and whose row was not closed yet.
    (SELECT deliveries.journal, deliveries.position
     FROM deliveries
     CROSS JOIN LATERAL launch_end(deliveries.journal, deliveries.position, deliveries.campaign_id,
                                   true) AS ended
     WHERE $1 = 'cancelled'
       AND deliveries.closed_at IS NULL
       AND deliveries.kind = 'start_run'
       AND ended.state = $1
       AND ($2::uuid IS NULL OR deliveries.campaign_id = $2)
       AND (deliveries.journal, deliveries.position) > ($3, $4)
     ORDER BY deliveries.journal, deliveries.position
     LIMIT $5)
    UNION ALL
    -- Those that were not taken in yet.
    (SELECT effects.journal, effects.position
     FROM journals
     LEFT JOIN relay_cursors ON relay_cursors.journal = journals.id
     JOIN effects
         ON effects.journal = journals.id
        AND effects.position > coalesce(relay_cursors.position, 0)
     CROSS JOIN LATERAL launch_end(effects.journal, effects.position, effects.campaign_id,
                                   effects.kind = 'start_run') AS ended
     WHERE $1 = 'cancelled'
       AND ended.state = $1
       AND ($2::uuid IS NULL OR effects.campaign_id = $2)
       AND (effects.journal, effects.position) > ($3, $4)
     ORDER BY effects.journal, effects.position
     LIMIT $5)
    UNION ALL
    (SELECT effects.journal, effects.position
     FROM journals
     LEFT JOIN relay_cursors ON relay_cursors.journal = journals.id
     JOIN effects
         ON effects.journal = journals.id
        AND effects.position > coalesce(relay_cursors.position, 0)
     WHERE $1 = 'waiting'
       AND ($2::uuid IS NULL OR effects.campaign_id = $2)
       AND (effects.journal, effects.position) > ($3, $4)
       AND NOT EXISTS (SELECT FROM launch_end(effects.journal, effects.position, effects.campaign_id,
                                              effects.kind = 'start_run'))
     ORDER BY effects.journal, effects.position
     LIMIT $5)
    UNION ALL
    (SELECT effects.journal, effects.position
     FROM journals
     JOIN all_events AS events ON events.journal = journals.id AND events.campaign_id = $2
     JOIN effects ON effects.journal = events.journal AND effects.position = events.position
     WHERE $2 IS NOT NULL
       AND ($1 IS NULL OR $1 = 'delivered')
       AND (effects.journal, effects.position) > ($3, $4)
     ORDER BY effects.journal, effects.position)
    UNION ALL
    (SELECT effects.journal, effects.position
     FROM effect_states AS effects
     WHERE $2 IS NULL
       AND ($1 IS NULL OR $1 = 'delivered' AND effects.state = 'delivered')
       AND (effects.journal, effects.position) > ($3, $4)
     ORDER BY effects.journal, effects.position
     LIMIT $5)
)
SELECT effect_states.journal, effect_states.position, effect_states.campaign_id,
       effect_states.kind, effect_states.detail::text AS detail, effect_states.enqueued_at,
       effect_states.state, effect_states.cursor, effect_states.told, effect_states.token_kind,
       effect_states.opened_at, effect_states.completed, effect_states.unknown,
       effect_states.failed, effect_states.attempts, effect_states.reason,
       effect_states.closed_at,
       CASE WHEN isfinite(effect_states.due_at) THEN effect_states.due_at END AS due_at
FROM chosen
JOIN effect_states
    ON effect_states.journal = chosen.journal AND effect_states.position = chosen.position
WHERE $1 IS NULL OR effect_states.state = $1
ORDER BY effect_states.journal, effect_states.position
LIMIT $5
