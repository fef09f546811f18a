-- Prospects of one campaign of one tenant by their ids, with what is on file about them.
--
-- $1 journal smallint    $2 campaign_id uuid    $3 user_id uuid    $4 prospect_ids uuid[]
--
-- An id without a row is of nobody in this campaign, or the campaign is not the tenant's.
SELECT campaigns.id AS campaign_id, campaigns.user_id, lead.*, filed.*
FROM campaigns
CROSS JOIN unnest($4::uuid[]) AS wanted (id)
CROSS JOIN LATERAL (
    SELECT prospects.id, prospects.status, prospects.node_id, prospects.replied_at,
           prospects.bounced_at, prospects.created_at, prospects.updated_at
    FROM prospects
    WHERE prospects.journal = $1 AND prospects.campaign_id = $2 AND prospects.id = wanted.id
    LIMIT 1) AS lead
LEFT JOIN LATERAL (
    SELECT people.email, people.linkedin_url, people.first_name, people.last_name, people.name,
           people.company, people."position", people.headline,
           people.custom_fields::text AS custom_fields, people.source, people.source_ref
    FROM people
    WHERE people.journal = $1 AND people.campaign_id = $2 AND people.prospect_id = wanted.id
    LIMIT 1) AS filed ON true
WHERE campaigns.journal = $1 AND campaigns.id = $2 AND campaigns.user_id = $3
ORDER BY lead.id
