-- Moves campaigns to another stage and nothing else: what a pause or a resume writes.
-- Raises FM003 unless every row is at the version that was decided on.
--
-- $1 journal smallint    $2 ids    uuid[]      $4 new versions bigint[]
--                        $3 old versions bigint[]    $5 stages text[]
WITH moved AS (
    UPDATE campaigns
    SET version = fresh.version, stage = fresh.stage::json, updated_at = journals.head_at
    FROM journals,
         unnest($2::uuid[], $3::bigint[], $4::bigint[], $5::text[])
         AS fresh (id, old_version, version, stage)
    WHERE journals.id = $1
      AND campaigns.journal = $1
      AND campaigns.id = fresh.id
      AND campaigns.version = fresh.old_version
    RETURNING 1
)
SELECT CASE WHEN count(*) = cardinality($2) THEN count(*)
            ELSE refuse_lost_rows(count(*), cardinality($2)) END
FROM moved
