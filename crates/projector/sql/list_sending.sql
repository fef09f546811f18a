-- The campaigns of one tenant that send or are about to, the newest first.
--
-- $1 journal smallint    $2 user_id uuid
--
-- No rows means that nothing of the tenant's runs.
SELECT id
FROM campaigns
WHERE journal = $1 AND user_id = $2 AND status IN ('active', 'launching')
ORDER BY created_at DESC, id
