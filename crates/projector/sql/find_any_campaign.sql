-- One campaign, whosever it is.
--
-- $1 journal smallint    $2 id uuid
--
-- No row means that it is not there.
SELECT id, version, created_at, updated_at, user_id, stage::text AS stage, census::text AS census,
       tally::text AS tally, settings::text AS settings, sequence::text AS sequence
FROM campaigns
WHERE journal = $1 AND id = $2
