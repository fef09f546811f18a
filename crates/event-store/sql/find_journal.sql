-- Finds the journal that a campaign's events are in, also of a deleted campaign.
--
-- $1 campaign_id uuid
--
-- No row means that there never was such a campaign.
SELECT journals.id
FROM journals
WHERE EXISTS (
    SELECT FROM events
    WHERE events.journal = journals.id AND events.campaign_id = $1 AND events.version = 1
)
