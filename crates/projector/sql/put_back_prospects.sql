-- Puts whoever was left out by a launch back to waiting, because the launch failed. Their time is
-- that of the event just appended.
--
-- $1 journal smallint    $2 campaign_ids uuid[]
UPDATE prospects
SET status = 'pending', updated_at = journals.head_at
FROM journals
WHERE journals.id = $1
  AND prospects.journal = $1
  AND prospects.campaign_id = ANY ($2)
  AND prospects.status = 'cancelled'
