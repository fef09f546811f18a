-- The log. A journal is an ordered partition of it; a tenant's campaigns all live in one.
--
-- Whoever writes to a journal moves its head row first, so positions are dense and in commit
-- order, and a reader that remembers its last position misses nothing. Every key begins with
-- the journal, so that the tables can be distributed by it.

CREATE TABLE journals (
    id      smallint    NOT NULL,
    -- The position of the latest event; 0 before the first.
    head    bigint      NOT NULL DEFAULT 0,
    -- When that event was recorded. Never goes backwards.
    head_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- Raised by a writer that lost its connection: what it sent before can no longer commit.
    fence   bigint      NOT NULL DEFAULT 0,

    CONSTRAINT journals_pk              PRIMARY KEY (id),
    CONSTRAINT journals_are_numbered    CHECK (id >= 0),
    CONSTRAINT journals_head_counts     CHECK (head >= 0)
) WITH (fillfactor = 10, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

CREATE TABLE events (
    journal        smallint    NOT NULL,
    position       bigint      NOT NULL,
    campaign_id    uuid        NOT NULL,
    version        bigint      NOT NULL,
    event_id       uuid        NOT NULL,
    schema_version smallint    NOT NULL,
    recorded_at    timestamptz NOT NULL,
    type           text        NOT NULL,
    -- json, not jsonb: the bytes are kept as they were written, because the ledger hashes them.
    payload        json        NOT NULL,
    metadata       json        NOT NULL,

    CONSTRAINT events_pk                         PRIMARY KEY (journal, position),
    CONSTRAINT events_version_once               UNIQUE (journal, campaign_id, version),
    CONSTRAINT events_positions_count_from_one   CHECK (position >= 1),
    CONSTRAINT events_versions_count_from_one    CHECK (version >= 1)
);

CREATE FUNCTION refuse_to_change_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'events are never changed or removed: % refused', TG_OP
        USING ERRCODE = 'FM002', HINT = 'A correction is a new event.';
END
$$;

CREATE TRIGGER events_are_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_history();

REVOKE UPDATE, DELETE, TRUNCATE ON events FROM PUBLIC;

-- Called by the append when the head is not where the writer believes it to be. Raising, rather
-- than answering no rows, aborts whatever the writer pipelined behind the append.
CREATE FUNCTION refuse_moved_head(journal smallint) RETURNS timestamptz LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the head of journal % has moved', journal USING ERRCODE = 'FM001';
END
$$;
