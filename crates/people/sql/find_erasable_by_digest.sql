-- Where somebody is on file, by a digest of what reaches them. The digest is of one user's people.
--
-- $1 journal smallint    $2 digest bytea    $3 limit bigint
--
-- No rows means that nobody is on file who is reached by it.
SELECT campaign_id, prospect_id
FROM people
WHERE journal = $1 AND (email_digest = $2 OR linkedin_digest = $2)
LIMIT $3
