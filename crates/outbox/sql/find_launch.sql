-- When a launch began, as its event says.
--
-- $1 journal smallint    $2 campaign_id uuid    $3 event_id uuid
--
-- No row: the campaign has had no such launch.
SELECT payload ->> 'started_at' AS started_at
FROM all_events
WHERE journal = $1 AND campaign_id = $2 AND event_id = $3 AND type = 'CampaignLaunchStarted'
ORDER BY version
LIMIT 1
