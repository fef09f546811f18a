-- Permits that were granted for accounts since a day, over all campaigns of each user.
--
-- $1 journal smallint    $2 account_ids uuid[]    $3 first day date
--
-- An account without a row was granted nothing.
SELECT user_id, account_id, day, kind, sum(count)::bigint AS count
FROM permits_of_accounts
WHERE journal = $1 AND account_id = ANY ($2) AND day >= $3
GROUP BY user_id, account_id, day, kind
ORDER BY day
