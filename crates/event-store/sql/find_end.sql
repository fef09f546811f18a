-- Where a journal's head says that it ends, and where it does.
--
-- $1 journal smallint
--
-- No row: there is no such journal. The position is null when there is no event.
SELECT journals.head, journals.head_at, latest.position, latest.recorded_at
FROM journals
LEFT JOIN LATERAL (
    SELECT all_events.position, all_events.recorded_at
    FROM all_events
    WHERE all_events.journal = journals.id
    ORDER BY all_events.position DESC
    LIMIT 1
) AS latest ON true
WHERE journals.id = $1
