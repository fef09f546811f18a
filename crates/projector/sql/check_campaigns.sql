-- Campaigns of a range of ids, for comparing rows with a replay.
--
-- $1 journal smallint    $2 first id uuid    $3 the id behind the last uuid, null for no end
SELECT id, version, created_at, updated_at, user_id, name, stage::text AS stage,
       census::text AS census, tally::text AS tally, settings::text AS settings,
       sequence::text AS sequence
FROM campaigns
WHERE journal = $1 AND id >= $2 AND ($3::uuid IS NULL OR id < $3)
