-- The stored answers to requests, by tenant and key.
--
-- $1 journal smallint    $2 user_ids uuid[]    $3 keys text[]
--
-- A pair without a row was not answered before, or so long ago that it is forgotten.
SELECT answers.user_id, answers.key, answers.fingerprint, answers.status, answers.body,
       answers.version
FROM unnest($2::uuid[], $3::text[]) AS asked (user_id, key)
JOIN answers ON answers.journal = $1
            AND answers.user_id = asked.user_id
            AND answers.key = asked.key
