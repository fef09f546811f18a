-- Readers of journals that are known by name: how far each has come, and who reads for it now.
--
-- A lease lets one process at a time read for a consumer. Only who holds it may move the cursor, so
-- the next reader begins behind what the last one finished, whatever became of that one.

CREATE TABLE consumers (
    journal       smallint    NOT NULL,
    name          text        NOT NULL,
    -- The position of the last event that is finished; 0 before the first.
    cursor        bigint      NOT NULL,
    cursor_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- The token of the lease, and how long it lasts from each sign of life.
    lease         uuid,
    lease_seconds integer,
    leased_until  timestamptz,
    -- What the reader calls itself.
    holder        text,

    CONSTRAINT consumers_pk                   PRIMARY KEY (journal, name),
    CONSTRAINT consumers_names_are_short      CHECK (name ~ '^[a-z0-9][a-z0-9._-]{0,62}$'),
    CONSTRAINT consumers_cursors_count        CHECK (cursor >= 0),
    CONSTRAINT consumers_leases_are_whole     CHECK (
        num_nulls(lease, lease_seconds, leased_until, holder) IN (0, 4)),
    CONSTRAINT consumers_leases_are_of_a_time CHECK (lease_seconds > 0)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
