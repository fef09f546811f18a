-- Removes a sender account, with every name and address that is known of it, and tells every
-- process that remembers it.
--
-- $1 id uuid
--
-- No row means that there is none.
WITH removed AS (
    DELETE FROM senders WHERE id = $1 RETURNING user_id, id
)
SELECT pg_notify('fermata_senders', removed.user_id::text || ' ' || removed.id::text)::text AS told
FROM removed
