-- Writes stage and counters of campaigns, and nothing else: what permits and progress change.
-- Raises FM003 unless every row is at the version that was decided on.
--
-- $1 journal smallint    $3 old versions bigint[]    $6 censuses text[]
-- $2 ids     uuid[]      $4 new versions bigint[]    $7 tallies  text[]
--                        $5 stages       text[]
WITH recounted AS (
    UPDATE campaigns
    SET version = fresh.version, stage = fresh.stage::json, census = fresh.census::json,
        tally = fresh.tally::json, updated_at = journals.head_at
    FROM journals,
         unnest($2::uuid[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::text[])
         AS fresh (id, old_version, version, stage, census, tally)
    WHERE journals.id = $1
      AND campaigns.journal = $1
      AND campaigns.id = fresh.id
      AND campaigns.version = fresh.old_version
    RETURNING 1
)
SELECT CASE WHEN count(*) = cardinality($2) THEN count(*)
            ELSE refuse_lost_rows(count(*), cardinality($2)) END
FROM recounted
