-- Commits one event that moves one campaign and has one effect: what a lonely pause or resume
-- writes. The same as commit_transitions.sql with a count of one, without the arrays, whose
-- unfolding costs more than the rows.
--
-- Raises FM001 when the head is not where the caller believes it to be, and FM003 when the row is
-- not at the version that was decided on; either voids everything.
--
-- $1 journal     smallint    $6  event_id       uuid        $11 old version   bigint
-- $2 head        bigint      $7  type           text        $12 stage         text
-- $3 fence       bigint      $8  schema_version smallint    $13 effect kind   text
-- $4 campaign_id uuid        $9  payload        text        $14 effect detail text
-- $5 new version bigint      $10 metadata       text
--
-- Returns when the event was recorded.
WITH advanced AS (
    UPDATE journals
    SET head = head + 1, head_at = greatest(head_at, clock_timestamp())
    WHERE id = $1 AND head = $2 AND fence = $3
    RETURNING head_at
),
appended AS (
    INSERT INTO events (journal, position, campaign_id, version, event_id, type, schema_version,
                        payload, metadata, recorded_at)
    SELECT $1, $2 + 1, $4, $5, $6, $7, $8, $9::text::json, $10::text::json, advanced.head_at
    FROM advanced
),
moved AS (
    UPDATE campaigns
    SET version = $5, stage = $12::text::json, updated_at = advanced.head_at
    FROM advanced
    WHERE campaigns.journal = $1 AND campaigns.id = $4 AND campaigns.version = $11
    RETURNING 1
),
enqueued AS (
    INSERT INTO effects (journal, position, campaign_id, kind, detail, enqueued_at)
    SELECT $1, $2 + 1, $4, $13, $14::text::json, advanced.head_at
    FROM advanced
),
counted AS (
    SELECT count(*) AS found FROM moved
)
SELECT coalesce((SELECT head_at FROM advanced), refuse_moved_head($1)) AS recorded_at,
       CASE WHEN found = 1 THEN found ELSE refuse_lost_rows(found, 1) END AS moved
FROM counted
