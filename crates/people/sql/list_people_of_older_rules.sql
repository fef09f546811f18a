-- People who are kept by older rules than those of today, which are version 2, behind a place. The campaign's
-- channel says by what it reaches them.
--
-- $1 journal smallint                            $4 campaign_id and $5 prospect_id uuid
-- $2 user_id uuid, or null for everybody         $6 limit bigint
-- $3 the place: user_id uuid,
--
-- No rows means that nobody is left.
SELECT people.user_id, people.campaign_id, people.prospect_id, people.identity,
       people.email_digest, people.linkedin_digest, people.email, people.linkedin_url,
       campaigns.settings ->> 'type' AS channel
FROM people
LEFT JOIN campaigns ON campaigns.journal = $1 AND campaigns.id = people.campaign_id
WHERE people.journal = $1
  AND people.identity_version < 2
  AND ($2::uuid IS NULL OR people.user_id = $2)
  AND (people.user_id, people.campaign_id, people.prospect_id) > ($3, $4, $5)
ORDER BY people.user_id, people.campaign_id, people.prospect_id
LIMIT $6
