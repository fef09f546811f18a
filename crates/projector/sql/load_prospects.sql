-- Loads prospects by campaign and id: one look-up by key for each, whatever the planner believes
-- of a campaign's size. Their permits are loaded beside, by load_permits.sql.
--
-- $1 journal smallint    $2 campaign_ids uuid[]    $3 ids uuid[]
--
-- A pair without a row is of a prospect who is not there.
SELECT found.*
FROM unnest($2::uuid[], $3::uuid[]) AS wanted (campaign_id, id)
CROSS JOIN LATERAL (
    SELECT prospects.campaign_id, prospects.id, prospects.status, prospects.node_id,
           prospects.replies
    FROM prospects
    WHERE prospects.journal = $1
      AND prospects.campaign_id = wanted.campaign_id
      AND prospects.id = wanted.id
    LIMIT 1) AS found
