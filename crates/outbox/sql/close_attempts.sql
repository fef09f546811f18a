-- Writes down what came of attempts, and moves their deliveries' cursors behind what was sent.
--
-- $1 journals smallint[]    $4 sent int[]         $7 failed int[]          $9  cursor_ids text[]
-- $2 positions bigint[]     $5 completed int[]    $8 cursor_kinds text[]   $10 reasons text[]
-- $3 numbers int[]          $6 unknown int[]
WITH came AS (
    SELECT *
    FROM unnest($1::smallint[], $2::bigint[], $3::integer[], $4::integer[], $5::integer[],
                $6::integer[], $7::integer[], $8::text[], $9::text[], $10::text[])
         AS came (journal, position, number, sent, completed, unknown, failed, cursor_kind,
                  cursor_id, reason)
),
closed AS (
    UPDATE attempts
    SET ended_at = clock_timestamp(), tokens = came.sent, completed = came.completed,
        unknown = came.unknown, failed = came.failed, reason = came.reason
    FROM came
    WHERE attempts.journal = came.journal
      AND attempts.position = came.position
      AND attempts.number = came.number
)
UPDATE deliveries
SET completed = deliveries.completed + came.completed,
    unknown = deliveries.unknown + came.unknown,
    failed = deliveries.failed + came.failed,
    cursor_kind = coalesce(came.cursor_kind, deliveries.cursor_kind),
    cursor_id = coalesce(came.cursor_id, deliveries.cursor_id)
FROM came
WHERE deliveries.journal = came.journal AND deliveries.position = came.position
