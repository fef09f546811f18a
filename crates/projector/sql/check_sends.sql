-- What was sent for a range of campaigns, for comparing rows with a replay.
--
-- $1 journal smallint    $2 first campaign uuid    $3 the one behind the last uuid, null for no end
SELECT campaign_id, account_id, day, kind, count
FROM sends
WHERE journal = $1 AND campaign_id >= $2 AND ($3::uuid IS NULL OR campaign_id < $3)
