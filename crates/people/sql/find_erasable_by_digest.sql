-- Where somebody is on file, by digests of what reaches them, which are of one user's people.
--
-- $1 journal smallint    $2 digests bytea[]    $3 limit bigint
--
-- No rows means that nobody is on file who is reached by it.
SELECT campaign_id, prospect_id
FROM people
WHERE journal = $1 AND (email_digest = ANY ($2) OR linkedin_digest = ANY ($2))
LIMIT $3
