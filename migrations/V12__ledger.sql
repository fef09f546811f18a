-- The ledger: the hashes of every journal's events as a Merkle tree, and what was signed of it.
--
-- None of this is believed by whoever verifies the log with a checkpoint of his own: it serves to
-- make proofs, and to say where the first difference is.

-- The trees, cut into tiles of 256 hashes (C2SP tlog-tiles). Level 0 has the leaves, each level
-- above it one hash for each full tile below. Only the last tile of a level is not full, and grows.
CREATE TABLE ledger_tiles (
    journal smallint NOT NULL,
    level   smallint NOT NULL,
    number  bigint   NOT NULL,
    hashes  bytea    NOT NULL,

    CONSTRAINT ledger_tiles_pk               PRIMARY KEY (journal, level, number),
    CONSTRAINT ledger_tiles_levels_count     CHECK (level BETWEEN 0 AND 7),
    CONSTRAINT ledger_tiles_numbers_count    CHECK (number >= 0),
    CONSTRAINT ledger_tiles_hold_1_to_256    CHECK
        (octet_length(hashes) BETWEEN 32 AND 8192 AND octet_length(hashes) % 32 = 0)
) WITH (autovacuum_vacuum_scale_factor = 0.05,
        toast.autovacuum_vacuum_scale_factor = 0.05, toast.autovacuum_vacuum_threshold = 2000);

-- Hashes cannot be compressed.
ALTER TABLE ledger_tiles ALTER COLUMN hashes SET STORAGE EXTERNAL;

-- Every public key that ever signed here.
CREATE TABLE ledger_keys (
    key_id          text        NOT NULL,
    public_key      text        NOT NULL,
    first_signed_at timestamptz NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT ledger_keys_pk PRIMARY KEY (public_key)
);

-- What was signed: the tree of so many leaves has this root.
CREATE TABLE ledger_checkpoints (
    journal   smallint    NOT NULL,
    size      bigint      NOT NULL,
    key_id    text        NOT NULL,
    signed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    root      bytea       NOT NULL,
    -- The signed note, as it is handed out.
    note      text        NOT NULL,

    CONSTRAINT ledger_checkpoints_pk            PRIMARY KEY (journal, size, key_id),
    CONSTRAINT ledger_checkpoints_roots_are_32  CHECK (octet_length(root) = 32),
    CONSTRAINT ledger_checkpoints_sizes_count   CHECK (size >= 1)
);

CREATE FUNCTION refuse_to_rewrite_the_ledger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is never changed: % of % refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'FM005';
END
$$;

CREATE TRIGGER ledger_checkpoints_are_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_checkpoints
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_rewrite_the_ledger();

CREATE TRIGGER ledger_keys_are_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_keys
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_rewrite_the_ledger();

CREATE TRIGGER ledger_tiles_are_kept
    BEFORE DELETE OR TRUNCATE ON ledger_tiles
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_rewrite_the_ledger();

-- A tile keeps the hashes that it has.
CREATE TRIGGER ledger_tiles_only_grow
    BEFORE UPDATE ON ledger_tiles
    FOR EACH ROW
    WHEN ((NEW.journal, NEW.level, NEW.number) IS DISTINCT FROM (OLD.journal, OLD.level, OLD.number)
          OR substring(NEW.hashes FROM 1 FOR octet_length(OLD.hashes)) IS DISTINCT FROM OLD.hashes)
    EXECUTE FUNCTION refuse_to_rewrite_the_ledger();

REVOKE UPDATE, DELETE, TRUNCATE ON ledger_checkpoints, ledger_keys FROM PUBLIC;
REVOKE DELETE, TRUNCATE ON ledger_tiles FROM PUBLIC;
