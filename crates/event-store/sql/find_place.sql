-- Finds the journal that a campaign's events are in, and whose campaign it is, also of a deleted
-- one. Neither ever changes.
--
-- $1 campaign_id uuid
--
-- No row means that there never was such a campaign, or its creation is not attached.
SELECT journals.id AS journal, (created.payload ->> 'user_id')::uuid AS user_id
FROM journals
JOIN all_events AS created ON created.journal = journals.id
                      AND created.campaign_id = $1
                      AND created.version = 1
