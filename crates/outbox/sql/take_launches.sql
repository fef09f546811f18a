-- Hands out launches that no engine has taken up: each is leased, and due again when its lease has
-- run out. One that has ended is closed instead: its campaign was taken up, put back to draft, or deleted.
--
-- $1 now timestamptz    $2 limit bigint    $3 lease's end timestamptz    $4 to whom text
--
-- Returns what was looked at, with whether it is handed out. No rows: there is none.
WITH chosen AS MATERIALIZED (
    SELECT deliveries.journal, deliveries.position, deliveries.campaign_id
    FROM deliveries
    WHERE deliveries.state = 'due' AND deliveries.kind = 'start_run' AND deliveries.due_at <= $1
    ORDER BY deliveries.due_at, deliveries.enqueued_at
    LIMIT $2
    FOR UPDATE SKIP LOCKED
),
judged AS MATERIALIZED (
    SELECT chosen.journal, chosen.position, events.event_id, campaigns.user_id,
           events.payload ->> 'started_at' AS started_at,
           ending.state AS ended_as, ending.reason, ending.ended_at,
           ending.state IS NULL AS is_under_way
    FROM chosen
    JOIN all_events AS events ON events.journal = chosen.journal AND events.position = chosen.position
    LEFT JOIN campaigns ON campaigns.journal = chosen.journal AND campaigns.id = chosen.campaign_id
    LEFT JOIN LATERAL launch_end(chosen.journal, chosen.position, chosen.campaign_id, true) AS ending
        ON true
)
UPDATE deliveries
SET state = coalesce(judged.ended_as, 'due'),
    closed_at = CASE WHEN NOT judged.is_under_way
                     THEN coalesce(judged.ended_at, clock_timestamp()) END,
    attempts = deliveries.attempts + judged.is_under_way::integer,
    due_at = CASE WHEN judged.is_under_way THEN $3 ELSE deliveries.due_at END,
    reason = coalesce(judged.reason, format('it was handed to %s', $4::text))
FROM judged
WHERE deliveries.journal = judged.journal AND deliveries.position = judged.position
RETURNING deliveries.journal, deliveries.position, deliveries.campaign_id, judged.user_id,
          judged.event_id, judged.started_at, judged.is_under_way, deliveries.enqueued_at,
          deliveries.opened_at, deliveries.attempts, deliveries.failed,
          deliveries.rest_milliseconds
