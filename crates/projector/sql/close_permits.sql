-- Accounts for open permits. Raises FM003 unless every one of them is there and open.
--
-- $1 journal smallint    $2 campaign_ids uuid[]    $3 prospect_ids uuid[]
--                        $4 node_ids     uuid[]    $5 states       text[]
WITH closed AS (
    UPDATE permits
    SET state = over.state, closed_at = journals.head_at
    FROM journals,
         unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::text[])
         AS over (campaign_id, prospect_id, node_id, state)
    WHERE journals.id = $1
      AND permits.journal = $1
      AND permits.campaign_id = over.campaign_id
      AND permits.prospect_id = over.prospect_id
      AND permits.node_id = over.node_id
      AND permits.state = 'open'
    RETURNING 1
)
SELECT CASE WHEN count(*) = cardinality($2) THEN count(*)
            ELSE refuse_lost_rows(count(*), cardinality($2)) END
FROM closed
