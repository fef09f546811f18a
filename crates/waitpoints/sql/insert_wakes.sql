-- Inserts wakes; those that are there already stay as they are.
--
-- $1 journal   smallint    $4 positions    bigint[]    $7 recorded_at timestamptz[]
-- $2 campaigns uuid[]      $5 output_types text[]
-- $3 kinds     text[]      $6 outputs      text[]
--
-- Returns a row for each that is new.
INSERT INTO wakes (journal, campaign_id, kind, position, output_type, output, recorded_at)
SELECT $1, fresh.campaign_id, fresh.kind, fresh.position, fresh.output_type, fresh.output,
       fresh.recorded_at
FROM unnest($2::uuid[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::timestamptz[])
     AS fresh (campaign_id, kind, position, output_type, output, recorded_at)
ON CONFLICT (journal, campaign_id, kind, position) DO NOTHING
RETURNING position
