-- Prospects of a range of campaigns, for comparing rows with a replay.
--
-- $1 journal smallint    $2 first campaign uuid    $3 the one behind the last uuid, null for no end
SELECT campaign_id, id, status, node_id, replies, replied_at, bounced_at, created_at, updated_at,
       added_version, added_place
FROM prospects
WHERE journal = $1 AND campaign_id >= $2 AND ($3::uuid IS NULL OR campaign_id < $3)
