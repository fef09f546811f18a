-- Who has these identities in these campaigns. One look-up by key for each, whatever the planner
-- believes of a campaign's size.
--
-- $1 journal smallint    $2 campaign_ids uuid[]    $3 identities bytea[]
--
-- A pair without a row is free.
SELECT found.campaign_id, found.identity, found.prospect_id
FROM unnest($2::uuid[], $3::bytea[]) AS wanted (campaign_id, identity)
CROSS JOIN LATERAL (
    SELECT people.campaign_id, people.identity, people.prospect_id
    FROM people
    WHERE people.journal = $1
      AND people.campaign_id = wanted.campaign_id
      AND people.identity = wanted.identity
    LIMIT 1) AS found
