-- People whom the rules do not tell from somebody else of their campaign, who has the key, or do not know.
--
-- $1 journal smallint    $2 limit bigint
--
-- No rows means that everybody is known and there once.
SELECT marked.user_id, marked.campaign_id, marked.prospect_id, marked.identity_fault,
       owner.prospect_id AS other_id
FROM people AS marked
LEFT JOIN LATERAL (
    SELECT people.prospect_id
    FROM people
    WHERE people.journal = $1
      AND people.campaign_id = marked.campaign_id
      AND people.identity IN (marked.email_digest, marked.linkedin_digest)
      AND people.prospect_id <> marked.prospect_id
    LIMIT 1) AS owner ON true
WHERE marked.journal = $1 AND marked.identity_fault IS NOT NULL
ORDER BY marked.campaign_id, marked.prospect_id
LIMIT $2
