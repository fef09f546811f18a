-- Campaigns that engines have to do with, of every tenant, by journal and id, after a place.
--
-- $1 journal smallint and $2 id uuid: the place    $3 statuses text[]    $4 limit bigint
SELECT id, version, created_at, updated_at, user_id, stage::text AS stage, census::text AS census,
       tally::text AS tally, settings::text AS settings, sequence::text AS sequence
FROM campaigns
WHERE is_running AND (journal, id) > ($1, $2) AND status = ANY ($3)
ORDER BY journal, id
LIMIT $4
