-- Permits that were granted for accounts by a range of campaigns, for comparing rows with a replay.
--
-- $1 journal smallint    $2 first campaign uuid    $3 the one behind the last uuid, null for no end
SELECT campaign_id, user_id, account_id, day, kind, count
FROM permits_of_accounts
WHERE journal = $1 AND campaign_id >= $2 AND ($3::uuid IS NULL OR campaign_id < $3)
