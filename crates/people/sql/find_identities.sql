-- Who has these identities in these campaigns: by the key of the campaign, or beside another of the same. One
-- look-up by an index for each, whatever the planner believes of a campaign's size.
--
-- $1 journal smallint    $2 campaign_ids uuid[]    $3 identities bytea[]
--
-- A pair without a row is free.
SELECT wanted.campaign_id, wanted.identity, found.prospect_id
FROM unnest($2::uuid[], $3::bytea[]) AS wanted (campaign_id, identity)
CROSS JOIN LATERAL (
    (SELECT people.prospect_id
     FROM people
     WHERE people.journal = $1
       AND people.campaign_id = wanted.campaign_id
       AND people.identity = wanted.identity
     LIMIT 1)
    UNION ALL
    (SELECT people.prospect_id
     FROM people
     WHERE people.journal = $1
       AND people.campaign_id = wanted.campaign_id
       AND people.identity_fault = 'doubled'
       AND wanted.identity IN (people.email_digest, people.linkedin_digest)
     LIMIT 1)
    LIMIT 1) AS found
