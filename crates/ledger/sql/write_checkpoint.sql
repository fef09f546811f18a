-- Keeps a signed checkpoint, and the public key of a key that signs for the first time.
--
-- $1 journal smallint    $2 size bigint    $3 key_id text    $4 root bytea    $5 note text
-- $6 public_key text
WITH named AS (
    INSERT INTO ledger_keys (key_id, public_key) VALUES ($3, $6)
    ON CONFLICT ON CONSTRAINT ledger_keys_pk DO NOTHING
)
INSERT INTO ledger_checkpoints (journal, size, key_id, root, note) VALUES ($1, $2, $3, $4, $5)
