-- Appends events behind the head of a journal, if the head is where the caller believes it to be.
-- Otherwise raises FM001, which aborts the transaction and all that is pipelined behind.
--
-- $1 journal smallint         $5 campaign_ids    uuid[]       $9  schema_versions smallint[]
-- $2 head    bigint           $6 versions        bigint[]     $10 payloads        text[]
-- $3 fence   bigint           $7 event_ids       uuid[]       $11 metadata        text[]
-- $4 count   bigint           $8 types           text[]       $12 recorded_at     timestamptz
--
-- $12 is what lock_head.sql told, for a caller that holds the head, or null.
--
-- Returns when the events were recorded: the database's clock, never before the previous event.
WITH moved AS (
    UPDATE journals
    SET head = head + $4, head_at = greatest(head_at, coalesce($12, clock_timestamp()))
    WHERE id = $1 AND head = $2 AND fence = $3
    RETURNING head_at
),
appended AS (
    INSERT INTO events (journal, position, campaign_id, version, event_id, type, schema_version,
                        payload, metadata, recorded_at)
    SELECT $1, $2 + fresh.ordinal, fresh.campaign_id, fresh.version, fresh.event_id, fresh.type,
           fresh.schema_version, fresh.payload::json, fresh.metadata::json, moved.head_at
    FROM moved,
         unnest($5::uuid[], $6::bigint[], $7::uuid[], $8::text[], $9::smallint[], $10::text[],
                $11::text[])
         WITH ORDINALITY
         AS fresh (campaign_id, version, event_id, type, schema_version, payload, metadata,
                   ordinal)
)
SELECT coalesce((SELECT head_at FROM moved), refuse_moved_head($1)) AS recorded_at
