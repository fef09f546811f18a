-- Hands out launches that no engine has taken up: each is leased, and due again when its lease has
-- run out. One that its campaign has gone on from is closed instead: it is active, or a draft again.
--
-- $1 now timestamptz    $2 limit bigint    $3 lease's end timestamptz    $4 to whom text
--
-- Returns what was looked at, with whether it is handed out. No rows: there is none.
WITH chosen AS MATERIALIZED (
    SELECT deliveries.journal, deliveries.position
    FROM deliveries
    WHERE deliveries.state = 'due' AND deliveries.kind = 'start_run' AND deliveries.due_at <= $1
    ORDER BY deliveries.due_at, deliveries.enqueued_at
    LIMIT $2
    FOR UPDATE SKIP LOCKED
),
judged AS MATERIALIZED (
    SELECT chosen.journal, chosen.position, events.event_id, campaigns.user_id,
           events.payload ->> 'started_at' AS started_at,
           coalesce(campaigns.stage ->> 'started_at' = events.payload ->> 'started_at', false)
               AS is_under_way
    FROM chosen
    JOIN all_events AS events ON events.journal = chosen.journal AND events.position = chosen.position
    LEFT JOIN campaigns ON campaigns.journal = chosen.journal AND campaigns.id = events.campaign_id
)
UPDATE deliveries
SET state = CASE WHEN judged.is_under_way THEN 'due' ELSE 'delivered' END,
    closed_at = CASE WHEN NOT judged.is_under_way THEN clock_timestamp() END,
    attempts = deliveries.attempts + judged.is_under_way::integer,
    due_at = CASE WHEN judged.is_under_way THEN $3 ELSE deliveries.due_at END,
    reason = CASE WHEN judged.is_under_way THEN format('it was handed to %s', $4::text)
                  ELSE 'the campaign is not launching any more' END
FROM judged
WHERE deliveries.journal = judged.journal AND deliveries.position = judged.position
RETURNING deliveries.journal, deliveries.position, deliveries.campaign_id, judged.user_id,
          judged.event_id, judged.started_at, judged.is_under_way, deliveries.enqueued_at,
          deliveries.opened_at, deliveries.attempts, deliveries.failed,
          deliveries.rest_milliseconds
