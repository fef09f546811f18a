-- Tokens that were settled before a time, the oldest first.
--
-- $1 before timestamptz    $2 limit bigint
SELECT journal, id
FROM waitpoints
WHERE settled_at < $1
ORDER BY settled_at
LIMIT $2
