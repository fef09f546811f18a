-- All prospects of one campaign, for comparing rows with a replay.
--
-- $1 journal smallint    $2 campaign_id uuid
SELECT id, status, node_id, replies, replied_at, bounced_at, created_at, updated_at
FROM prospects
WHERE journal = $1 AND campaign_id = $2
