-- What is on file about these prospects. One look-up by key for each.
--
-- $1 journal smallint    $2 campaign_ids uuid[]    $3 prospect_ids uuid[]
--
-- A pair without a row is of somebody about whom nothing is on file.
SELECT found.*
FROM unnest($2::uuid[], $3::uuid[]) AS wanted (campaign_id, prospect_id)
CROSS JOIN LATERAL (
    SELECT people.campaign_id, people.prospect_id, people.user_id, people.email,
           people.linkedin_url, people.first_name, people.last_name, people.name, people.company,
           people."position", people.headline, people.custom_fields::text AS custom_fields,
           people.source, people.source_ref
    FROM people
    WHERE people.journal = $1
      AND people.campaign_id = wanted.campaign_id
      AND people.prospect_id = wanted.prospect_id
    LIMIT 1) AS found
