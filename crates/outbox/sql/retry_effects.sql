-- Has effects tried anew that are parked or wait for their next attempt: some of a campaign or of
-- all, or one.
--
-- $1 journal smallint and $2 position bigint, or null
-- $3 campaign_id uuid, or null    $4 states text[]    $5 limit bigint
--
-- Returns how many there were.
WITH chosen AS MATERIALIZED (
    SELECT deliveries.journal, deliveries.position, deliveries.campaign_id
    FROM deliveries
    WHERE deliveries.closed_at IS NULL
      AND deliveries.state = ANY ($4)
      AND deliveries.told <> 'unreadable'
      AND NOT EXISTS (SELECT FROM launch_end(deliveries.journal, deliveries.position,
                                             deliveries.campaign_id, deliveries.kind = 'start_run'))
      AND ($1::smallint IS NULL OR deliveries.journal = $1 AND deliveries.position = $2)
      AND ($3::uuid IS NULL OR deliveries.campaign_id = $3)
    ORDER BY deliveries.journal, deliveries.position
    LIMIT $5
    FOR UPDATE
),
retried AS (
    UPDATE deliveries
    SET state = 'due', due_at = '-infinity', opened_at = clock_timestamp(),
        cursor_kind = coalesce(token_kind, ''),
        cursor_id = '', rest_milliseconds = 0,
        failed = CASE kind WHEN 'start_run' THEN 0 ELSE failed END,
        reason = CASE kind WHEN 'start_run' THEN 'no engine has asked for it yet' END
    FROM chosen
    WHERE deliveries.journal = chosen.journal AND deliveries.position = chosen.position
    RETURNING 1
),
freed AS (
    UPDATE tokens
    SET tried_for = NULL, attempts = 0, due_at = '-infinity', rest_milliseconds = 0,
        parked = false, reason = NULL
    FROM chosen
    WHERE tokens.journal = chosen.journal
      AND tokens.campaign_id = chosen.campaign_id
      AND tokens.tried_for = chosen.position
)
SELECT count(*) AS retried FROM retried
