-- Permits of a range of campaigns, for comparing rows with a replay.
--
-- $1 journal smallint    $2 first campaign uuid    $3 the one behind the last uuid, null for no end
SELECT campaign_id, prospect_id, node_id, id, state, send, account_id, granted_at, closed_at
FROM permits
WHERE journal = $1 AND campaign_id >= $2 AND ($3::uuid IS NULL OR campaign_id < $3)
