-- Which of these campaigns were ever created, and at which version their history ends.
--
-- $1 journal smallint    $2 campaign_ids uuid[]
--
-- An id without a row never was a campaign.
SELECT campaign_id, max(version) AS version
FROM all_events
WHERE journal = $1 AND campaign_id = ANY ($2)
GROUP BY campaign_id
