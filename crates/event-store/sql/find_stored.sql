-- Reads one event of a campaign, every column as it is stored.
--
-- $1 journal smallint    $2 campaign_id uuid    $3 version bigint
--
-- No row means that the campaign has no such event.
SELECT journal, position, campaign_id, version, event_id, type, schema_version, recorded_at,
       payload, metadata
FROM all_events
WHERE journal = $1 AND campaign_id = $2 AND version = $3
