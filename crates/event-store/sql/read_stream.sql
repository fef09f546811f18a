-- Reads one campaign's events after a version, oldest first.
--
-- $1 journal smallint    $2 campaign_id uuid    $3 version bigint    $4 limit bigint
--
-- No rows means that the reader has everything, or that there never was such a campaign.
SELECT journal, position, campaign_id, version, event_id, type, schema_version,
       payload::text AS payload, metadata::text AS metadata, recorded_at
FROM all_events
WHERE journal = $1 AND campaign_id = $2 AND version > $3
ORDER BY version
LIMIT $4
