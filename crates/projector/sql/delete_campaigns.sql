-- Deletes the rows of campaigns, and of their prospects by cascade.
-- Raises FM003 unless every row is at the version that was decided on.
--
-- $1 journal smallint    $2 ids uuid[]    $3 old versions bigint[]
WITH deleted AS (
    DELETE FROM campaigns
    USING unnest($2::uuid[], $3::bigint[]) AS gone (id, old_version)
    WHERE campaigns.journal = $1
      AND campaigns.id = gone.id
      AND campaigns.version = gone.old_version
    RETURNING 1
)
SELECT CASE WHEN count(*) = cardinality($2) THEN count(*)
            ELSE refuse_lost_rows(count(*), cardinality($2)) END
FROM deleted
