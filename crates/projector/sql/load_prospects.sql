-- Loads prospects by campaign and id.
--
-- $1 journal smallint    $2 campaign_ids uuid[]    $3 ids uuid[]
--
-- A pair without a row is of a prospect who is not there.
SELECT prospects.campaign_id, prospects.id, prospects.status, prospects.node_id,
       prospects.permits::text AS permits, prospects.replies
FROM unnest($2::uuid[], $3::uuid[]) AS wanted (campaign_id, id)
JOIN prospects ON prospects.journal = $1
              AND prospects.campaign_id = wanted.campaign_id
              AND prospects.id = wanted.id
