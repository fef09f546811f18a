-- Stores a new key, unrevoked, by its digest.
--
-- $1 text   prefix: the key's first 24 characters
-- $2 text   kind: 'public' or 'internal'
-- $3 uuid   user_id of a public key; NULL for an internal one
-- $4 bytea  digest: SHA-256 of the whole key
-- $5 text   label, or NULL
--
-- No rows: a key with this prefix exists already, and nothing was stored.
INSERT INTO api_keys (prefix, kind, user_id, digest, label)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (prefix) DO NOTHING
RETURNING created_at
