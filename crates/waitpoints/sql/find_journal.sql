-- Finds the journal of a campaign that is there.
--
-- $1 campaign_id uuid
--
-- No row means that there is none, or none any more.
SELECT campaigns.journal
FROM journals
JOIN campaigns ON campaigns.journal = journals.id AND campaigns.id = $1
