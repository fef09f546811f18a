-- How far a campaign has come by its row, and what of its events is attached: the first one behind a
-- version, and the newest of all. One row, whatever there is: each is null if there is none.
--
-- $1 journal smallint    $2 campaign_id uuid    $3 version bigint
SELECT (SELECT campaigns.version FROM campaigns WHERE journal = $1 AND id = $2) AS standing,
       (SELECT following.version
        FROM all_events AS following
        WHERE following.journal = $1 AND following.campaign_id = $2 AND following.version > $3
        ORDER BY following.version
        LIMIT 1) AS next,
       newest.version AS newest, newest.type AS newest_type
FROM (VALUES (true)) AS always (is_asked)
LEFT JOIN LATERAL (
    SELECT events.version, events.type
    FROM all_events AS events
    WHERE events.journal = $1 AND events.campaign_id = $2
    ORDER BY events.version DESC
    LIMIT 1
) AS newest ON true
