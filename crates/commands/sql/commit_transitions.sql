-- Commits a batch that only moves campaigns from stage to stage (pauses and resumes, above all):
-- head, events, rows and effects in one statement, which is its own transaction and one round
-- trip. What it writes is what append.sql, move_campaigns.sql and enqueue.sql write.
--
-- Raises FM001 when the head is not where the caller believes it to be, and FM003 when a row is
-- not at the version that was decided on; either voids everything.
--
-- $1 journal smallint    $5 campaign_ids uuid[]    $9  schema_versions smallint[]
-- $2 head    bigint      $6 versions     bigint[]  $10 payloads        text[]
-- $3 fence   bigint      $7 event_ids    uuid[]    $11 metadata        text[]
-- $4 count   bigint      $8 types        text[]
-- rows:    $12 ids uuid[]          $13 old versions bigint[]    $14 new versions bigint[]
--          $15 stages text[]
-- effects: $16 positions bigint[]  $17 campaign_ids uuid[]      $18 kinds text[]
--          $19 details text[]
--
-- Returns when the events were recorded.
WITH advanced AS (
    UPDATE journals
    SET head = head + $4, head_at = greatest(head_at, clock_timestamp())
    WHERE id = $1 AND head = $2 AND fence = $3
    RETURNING head_at
),
appended AS (
    INSERT INTO events (journal, position, campaign_id, version, event_id, type, schema_version,
                        payload, metadata, recorded_at)
    SELECT $1, $2 + fresh.ordinal, fresh.campaign_id, fresh.version, fresh.event_id, fresh.type,
           fresh.schema_version, fresh.payload::json, fresh.metadata::json, advanced.head_at
    FROM advanced,
         unnest($5::uuid[], $6::bigint[], $7::uuid[], $8::text[], $9::smallint[], $10::text[],
                $11::text[])
         WITH ORDINALITY
         AS fresh (campaign_id, version, event_id, type, schema_version, payload, metadata,
                   ordinal)
),
moved AS (
    UPDATE campaigns
    SET version = fresh.version, stage = fresh.stage::json, updated_at = advanced.head_at
    FROM advanced,
         unnest($12::uuid[], $13::bigint[], $14::bigint[], $15::text[])
         AS fresh (id, old_version, version, stage)
    WHERE campaigns.journal = $1
      AND campaigns.id = fresh.id
      AND campaigns.version = fresh.old_version
    RETURNING 1
),
enqueued AS (
    INSERT INTO effects (journal, position, campaign_id, kind, detail, enqueued_at)
    SELECT $1, fresh.position, fresh.campaign_id, fresh.kind, fresh.detail::json, advanced.head_at
    FROM advanced,
         unnest($16::bigint[], $17::uuid[], $18::text[], $19::text[])
         AS fresh (position, campaign_id, kind, detail)
),
counted AS (
    SELECT count(*) AS found FROM moved
)
SELECT coalesce((SELECT head_at FROM advanced), refuse_moved_head($1)) AS recorded_at,
       CASE WHEN found = cardinality($12) THEN found
            ELSE refuse_lost_rows(found, cardinality($12)) END AS moved
FROM counted
