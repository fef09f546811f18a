-- Reads what is needed to verify a presented key and to say whose it is.
--
-- $1 text  prefix: the presented key's first 24 characters
--
-- No rows: the key was never created, or it is revoked.
SELECT user_id, digest
FROM api_keys
WHERE prefix = $1
  AND revoked_at IS NULL
