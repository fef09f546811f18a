-- How launches end: their campaign was taken up by an engine, put back to draft, or deleted. That is in the
-- log, and nothing is written where launches are leased. So what has ended is looked up there, also before
-- its row is closed.

-- How a launch ended; no row while it is under way, or when it is not open any more. The state that it has
-- by that, why, and when.
--
-- No other table is named in a view by this: `campaigns` is replaced when it is rebuilt.
CREATE FUNCTION launch_end(
    of_journal smallint, at_position bigint, of_campaign uuid, is_open boolean,
    OUT state text, OUT reason text, OUT ended_at timestamptz
) RETURNS SETOF record LANGUAGE sql STABLE ROWS 1 AS $$
    SELECT CASE WHEN ending.type IN ('CampaignLaunchFailed', 'CampaignDeleted') THEN 'cancelled'
                ELSE 'delivered' END,
           CASE ending.type
               WHEN 'CampaignActivated' THEN 'an engine took the campaign up'
               WHEN 'CampaignLaunchFailed' THEN 'the launch failed, and the campaign became a draft again'
               WHEN 'CampaignDeleted' THEN 'the campaign was deleted'
               ELSE 'the campaign is not launching any more' END,
           ending.recorded_at
    FROM (VALUES (1)) AS one (row)
    LEFT JOIN LATERAL (
        SELECT later.type, later.recorded_at
        FROM all_events AS later
        WHERE later.journal = of_journal
          AND later.campaign_id = of_campaign
          AND later.version > (SELECT launch.version FROM all_events AS launch
                               WHERE launch.journal = of_journal AND launch.position = at_position)
          AND later.type IN ('CampaignActivated', 'CampaignLaunchFailed', 'CampaignDeleted')
        ORDER BY later.version
        LIMIT 1
    ) AS ending ON true
    WHERE is_open
      AND (ending.type IS NOT NULL
           OR NOT EXISTS (SELECT FROM campaigns
                          WHERE campaigns.journal = of_journal AND campaigns.id = of_campaign
                            AND campaigns.status = 'launching'))
$$;

-- What became of each effect: the one place that says so.
CREATE OR REPLACE VIEW effect_states AS
SELECT effects.journal, effects.position, effects.campaign_id, effects.kind, effects.detail,
       effects.enqueued_at,
       CASE WHEN ended.state IS NOT NULL THEN ended.state
            WHEN effects.position > coalesce(relay_cursors.position, 0) THEN 'waiting'
            ELSE coalesce(deliveries.state, 'delivered') END AS state,
       coalesce(relay_cursors.position, 0) AS cursor,
       deliveries.told, deliveries.token_kind, deliveries.output, deliveries.opened_at,
       deliveries.completed, deliveries.unknown, deliveries.failed, deliveries.attempts,
       CASE WHEN ended.state IS NULL THEN deliveries.due_at END AS due_at,
       coalesce(ended.reason, deliveries.reason) AS reason,
       coalesce(deliveries.closed_at, ended.ended_at) AS closed_at
FROM effects
LEFT JOIN relay_cursors ON relay_cursors.journal = effects.journal
LEFT JOIN deliveries
    ON deliveries.journal = effects.journal AND deliveries.position = effects.position
LEFT JOIN LATERAL launch_end(effects.journal, effects.position, effects.campaign_id,
                             effects.kind = 'start_run' AND deliveries.closed_at IS NULL) AS ended
    ON true;
