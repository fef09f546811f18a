-- Finds the journal that a campaign's events are in, also of a deleted campaign.
--
-- $1 campaign_id uuid
--
-- No row means that there never was such a campaign, or none of its events is attached.
SELECT journals.id
FROM journals
WHERE EXISTS (
    SELECT FROM all_events
    WHERE all_events.journal = journals.id
      AND all_events.campaign_id = $1
)
