-- Which campaigns have these names, each name asked for by a user.
--
-- $1 journal smallint    $2 user_ids uuid[]    $3 names text[]
--
-- A pair without a row is free.
SELECT campaigns.user_id, campaigns.name, campaigns.id
FROM unnest($2::uuid[], $3::text[]) AS wanted (user_id, name)
JOIN campaigns ON campaigns.journal = $1
              AND campaigns.user_id = wanted.user_id
              AND campaigns.name = wanted.name
