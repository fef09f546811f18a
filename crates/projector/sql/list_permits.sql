-- All permits of one campaign, for comparing rows with a replay.
--
-- $1 journal smallint    $2 campaign_id uuid
SELECT campaign_id, prospect_id, node_id, id, state, send, account_id, granted_at, closed_at
FROM permits
WHERE journal = $1 AND campaign_id = $2
