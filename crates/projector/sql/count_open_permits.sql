-- Open permits of a campaign by the account that they were asked for.
--
-- $1 journal smallint    $2 campaign_id uuid
--
-- An account without a row has none.
SELECT account_id, count(*) AS count
FROM permits
WHERE journal = $1 AND campaign_id = $2 AND state = 'open' AND account_id IS NOT NULL
GROUP BY account_id
