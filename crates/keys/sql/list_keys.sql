-- Lists keys for an operator, revoked ones too, newest first.
--
-- $1 bigint  the most rows to return
--
-- No rows: no key was ever created.
SELECT prefix, user_id, label, created_at, revoked_at
FROM api_keys
ORDER BY created_at DESC, prefix
LIMIT $1
