-- Where a campaign stands, and its journal's head, in one snapshot: the two change in one
-- transaction.
--
-- $1 journal smallint    $2 campaign_id uuid
--
-- No row means that there is no such campaign.
SELECT journals.head, campaigns.status, campaigns.user_id
FROM journals
JOIN campaigns ON campaigns.journal = journals.id
WHERE journals.id = $1 AND campaigns.id = $2
