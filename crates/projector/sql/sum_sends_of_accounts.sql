-- What accounts sent since a day, over all campaigns.
--
-- $1 journal smallint    $2 account_ids uuid[]    $3 first day date    $4 today date
--
-- An account without a row sent nothing.
SELECT account_id, kind, sum(count)::bigint AS count,
       coalesce(sum(count) FILTER (WHERE day = $4), 0)::bigint AS today
FROM sends
WHERE journal = $1 AND account_id = ANY ($2) AND day BETWEEN $3 AND $4
GROUP BY account_id, kind
