-- Removes prospects by campaign and id.
--
-- $1 journal smallint    $2 campaign_ids uuid[]    $3 ids uuid[]
DELETE FROM prospects
USING unnest($2::uuid[], $3::uuid[]) AS gone (campaign_id, id)
WHERE prospects.journal = $1
  AND prospects.campaign_id = gone.campaign_id
  AND prospects.id = gone.id
