-- Which campaigns of one user have these prospects.
--
-- $1 journal smallint    $2 user_id uuid    $3 prospect_ids uuid[]    $4 limit bigint
--
-- An id without a row is of nobody, or of another user's prospect.
SELECT prospects.campaign_id, prospects.id AS prospect_id
FROM campaigns
JOIN prospects ON prospects.journal = $1
              AND prospects.campaign_id = campaigns.id
              AND prospects.id = ANY ($3)
WHERE campaigns.journal = $1 AND campaigns.user_id = $2
LIMIT $4
