-- A page of a campaign's prospects, in the order in which they were added, with what is on file about them. The total comes
-- from the census, in the same snapshot; a page in the second half is looked for from the end.
--
-- $1 journal smallint     $3 user_id uuid    $5 offset bigint
-- $2 campaign_id uuid     $4 status text, or null for all    $6 limit bigint
--
-- No row means that the campaign is not there, or another tenant's. A row without an id means that
-- the page is empty.
WITH campaign AS MATERIALIZED (
    SELECT id, user_id,
           (SELECT coalesce(sum((place ->> 'count')::bigint), 0)::bigint
            FROM json_array_elements(census -> 'at') AS place
            WHERE $4::text IS NULL OR place ->> 'status' = $4) AS total
    FROM campaigns
    WHERE journal = $1 AND id = $2 AND user_id = $3
), bounds AS MATERIALIZED (
    SELECT greatest(least($6::bigint, total - $5::bigint), 0) AS size,
           greatest(total - $5::bigint - $6::bigint, 0) AS behind,
           total < 2 * $5::bigint AS is_nearer_to_the_end
    FROM campaign
), found AS MATERIALIZED (
    (SELECT id, added_version, added_place
     FROM prospects
     WHERE journal = $1 AND campaign_id = $2 AND ($4::text IS NULL OR status = $4)
       AND NOT (SELECT is_nearer_to_the_end FROM bounds)
     ORDER BY journal, campaign_id, added_version, added_place, id
     OFFSET $5::bigint LIMIT (SELECT size FROM bounds))
    UNION ALL
    (SELECT id, added_version, added_place
     FROM prospects
     WHERE journal = $1 AND campaign_id = $2 AND ($4::text IS NULL OR status = $4)
       AND (SELECT is_nearer_to_the_end FROM bounds)
     ORDER BY journal DESC, campaign_id DESC, added_version DESC, added_place DESC, id DESC
     OFFSET (SELECT behind FROM bounds) LIMIT (SELECT size FROM bounds))
)
SELECT campaign.total, campaign.id AS campaign_id, campaign.user_id, lead.*, filed.*
FROM campaign
LEFT JOIN found ON true
LEFT JOIN LATERAL (
    SELECT prospects.id, prospects.status, prospects.node_id, prospects.replied_at,
           prospects.bounced_at, prospects.created_at, prospects.updated_at
    FROM prospects
    WHERE prospects.journal = $1 AND prospects.campaign_id = $2 AND prospects.id = found.id
    LIMIT 1) AS lead ON true
LEFT JOIN LATERAL (
    SELECT people.email, people.linkedin_url, people.first_name, people.last_name, people.name,
           people.company, people."position", people.headline,
           people.custom_fields::text AS custom_fields, people.source, people.source_ref
    FROM people
    WHERE people.journal = $1 AND people.campaign_id = $2 AND people.prospect_id = found.id
    LIMIT 1) AS filed ON true
ORDER BY found.added_version, found.added_place, found.id
