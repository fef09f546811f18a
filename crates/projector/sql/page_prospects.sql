-- Prospects of one campaign by id, after one: all, or those for whom something
-- may still follow.
--
-- $1 journal smallint        $3 after uuid          $5 limit bigint
-- $2 campaign_id uuid        $4 finished boolean, whether those are wanted too
SELECT id, status, node_id, replies, replied_at, bounced_at, created_at,
       updated_at, added_version, added_place
FROM prospects
WHERE journal = $1 AND campaign_id = $2 AND id > $3
  AND ($4 OR status IN ('pending', 'connection_sent', 'connected', 'message_sent', 'sent'))
ORDER BY id
LIMIT $5
