-- Finds the journal of a campaign that is there, and whose it is.
--
-- $1 campaign_id uuid
--
-- No row means that there is none, or none any more.
SELECT campaigns.journal, campaigns.user_id
FROM journals
JOIN campaigns ON campaigns.journal = journals.id AND campaigns.id = $1
