-- Whether anybody of a journal is kept by older rules than those of today, which are version 2.
--
-- $1 journal smallint    $2 user_id uuid, or null for everybody
SELECT EXISTS (SELECT FROM people
               WHERE journal = $1 AND identity_version < 2
                 AND ($2::uuid IS NULL OR user_id = $2)) AS is_anybody
