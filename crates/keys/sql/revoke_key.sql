-- Revokes a key and tells every process to forget what it remembers of keys.
--
-- The first revocation's time is kept. A repeated one announces again: whoever repeats it may have seen a process
-- that still accepts the key. The announcement leaves with the commit, so it never overtakes the revocation.
--
-- $1 text  prefix: the key's first 24 characters
--
-- One row: revoked_before_at is NULL when this statement revoked the key, else when it had been revoked.
-- No rows: there is no such key, and nothing was done.
WITH found AS (
    SELECT prefix, revoked_at
    FROM api_keys
    WHERE prefix = $1
    FOR UPDATE
),
revoked AS (
    UPDATE api_keys
    SET revoked_at = now()
    FROM found
    WHERE api_keys.prefix = found.prefix
      AND found.revoked_at IS NULL
)
SELECT revoked_at AS revoked_before_at, pg_notify('fermata_keys', prefix) AS announced
FROM found
