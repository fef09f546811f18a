-- Which of these tokens of a campaign are owed a completion, and which.
--
-- $1 journal smallint    $2 campaign_id uuid    $3 kinds text[]    $4 ids text[]
SELECT tokens.kind, tokens.id, tokens.owed::text AS owed
FROM unnest($3::text[], $4::text[]) AS asked (kind, id)
JOIN tokens
    ON tokens.journal = $1 AND tokens.campaign_id = $2
   AND tokens.kind = asked.kind AND tokens.id = asked.id
WHERE tokens.owed IS NOT NULL
