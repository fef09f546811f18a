-- Loads campaigns by their ids.
--
-- $1 journal smallint    $2 ids uuid[]
--
-- An id without a row is of a campaign that is not there.
SELECT id, version, created_at, updated_at, user_id, stage::text AS stage, census::text AS census,
       tally::text AS tally, settings::text AS settings, sequence::text AS sequence
FROM campaigns
WHERE journal = $1 AND id = ANY ($2)
