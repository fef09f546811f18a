-- The permits of prospects, each prospect named by campaign and id: one look-up by key for each,
-- whatever the planner believes of a campaign's size.
--
-- $1 journal smallint    $2 campaign_ids uuid[]    $3 prospect_ids uuid[]
--
-- A pair without a row is of a prospect who was never permitted anything.
SELECT found.*
FROM unnest($2::uuid[], $3::uuid[]) AS wanted (campaign_id, prospect_id)
CROSS JOIN LATERAL (
    SELECT permits.campaign_id, permits.prospect_id, permits.node_id, permits.id, permits.state,
           permits.send, permits.account_id, permits.granted_at, permits.closed_at
    FROM permits
    WHERE permits.journal = $1
      AND permits.campaign_id = wanted.campaign_id
      AND permits.prospect_id = wanted.prospect_id
    OFFSET 0) AS found
