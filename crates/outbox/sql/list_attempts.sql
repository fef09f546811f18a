-- The latest attempts at an effect, the latest first.
--
-- $1 journal smallint    $2 position bigint    $3 limit bigint
SELECT number, tokens, begun_at, ended_at, completed, unknown, failed, reason
FROM attempts
WHERE journal = $1 AND position = $2
ORDER BY number DESC
LIMIT $3
