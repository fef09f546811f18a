-- What was sent for a campaign, by account and kind, and how much of it on one day.
--
-- $1 journal smallint    $2 campaign_id uuid    $3 today date
--
-- An account without a row sent nothing for it.
SELECT account_id, kind, sum(count)::bigint AS count,
       coalesce(sum(count) FILTER (WHERE day = $3), 0)::bigint AS today
FROM sends
WHERE journal = $1 AND campaign_id = $2
GROUP BY account_id, kind
