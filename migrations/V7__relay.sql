-- The relay: how far it has come, what it has to send elsewhere, and what came of it.
--
-- `effects` is a log that is only inserted into; the relay reads it by a cursor for each journal.
-- No row of it is updated, so a transaction that is held open for hours makes nothing grow.

-- Effects up to here were taken in.
CREATE TABLE relay_cursors (
    journal  smallint NOT NULL,
    position bigint   NOT NULL DEFAULT 0,

    CONSTRAINT relay_cursors_pk    PRIMARY KEY (journal),
    CONSTRAINT relay_cursors_count CHECK (position >= 0)
) WITH (fillfactor = 10, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- Tokens that were made elsewhere and registered here. A row is here until its token was
-- completed. Every effect that concerns its kind, at a later position, completes it.
CREATE TABLE tokens (
    journal             smallint    NOT NULL,
    campaign_id         uuid        NOT NULL,
    kind                text        NOT NULL,
    -- Without the prefix; bytes are compared, whatever the language of the database.
    id                  text        COLLATE "C" NOT NULL,
    -- The journal's head as it was registered.
    registered_position bigint      NOT NULL,
    user_id             uuid        NOT NULL,
    prospect_id         uuid        NOT NULL,
    created_at          timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- What it has to be completed with at once: it was registered too late to wait, and its
    -- sleeper was told so.
    owed                json,
    -- The effect that the attempts below were made for; null when they are for what is owed.
    tried_for           bigint,
    attempts            integer     NOT NULL DEFAULT 0,
    due_at              timestamptz NOT NULL DEFAULT '-infinity',
    rest_milliseconds   integer     NOT NULL DEFAULT 0,
    parked              boolean     NOT NULL DEFAULT false,
    reason              text,

    CONSTRAINT tokens_pk            PRIMARY KEY (journal, campaign_id, kind, id),
    CONSTRAINT tokens_kind_is_known CHECK (kind IN ('sleep', 'pause')),
    CONSTRAINT tokens_parked_say_why CHECK (NOT parked OR reason IS NOT NULL)
) WITH (autovacuum_vacuum_scale_factor = 0.05);

-- For what is owed: tenant by tenant.
CREATE INDEX tokens_owed ON tokens (user_id, due_at) WHERE owed IS NOT NULL AND NOT parked;

-- For operators: what is owed and nobody tries any more.
CREATE INDEX tokens_owed_parked ON tokens (journal, campaign_id) WHERE owed IS NOT NULL AND parked;

-- Effects that have to be sent elsewhere, one row an effect.
CREATE TABLE deliveries (
    journal      smallint    NOT NULL,
    -- The effect.
    position     bigint      NOT NULL,
    campaign_id  uuid        NOT NULL,
    -- Whose; null when the campaign was gone before it was taken in.
    user_id      uuid,
    kind         text        NOT NULL,
    -- What is told: what a later effect is compared with to see whether it overtakes.
    told         text        NOT NULL,
    -- The kind of tokens; null for both.
    token_kind   text,
    output       json        NOT NULL,
    enqueued_at  timestamptz NOT NULL,
    opened_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- Changes with every step from here on.
    state        text        NOT NULL,
    -- The last token that was tried in this pass.
    cursor_kind  text        NOT NULL DEFAULT '',
    cursor_id    text        COLLATE "C" NOT NULL DEFAULT '',
    completed    bigint      NOT NULL DEFAULT 0,
    unknown      bigint      NOT NULL DEFAULT 0,
    failed       bigint      NOT NULL DEFAULT 0,
    attempts     integer     NOT NULL DEFAULT 0,
    due_at       timestamptz NOT NULL DEFAULT '-infinity',
    reason       text,
    closed_at    timestamptz,

    CONSTRAINT deliveries_one_per_effect    PRIMARY KEY (journal, position),
    CONSTRAINT deliveries_kind_is_known     CHECK
        (kind IN ('complete_waitpoints', 'start_run', 'cancel_runs')),
    CONSTRAINT deliveries_told_is_known     CHECK
        (told IN ('paused', 'resumed', 'schedule_changed', 'cancelled', 'started', 'unreadable')),
    CONSTRAINT deliveries_state_is_known    CHECK
        (state IN ('due', 'parked', 'delivered', 'cancelled')),
    CONSTRAINT deliveries_closed_have_a_time CHECK
        ((closed_at IS NOT NULL) = (state IN ('delivered', 'cancelled'))),
    CONSTRAINT deliveries_stopped_say_why   CHECK
        (state NOT IN ('parked', 'cancelled') OR reason IS NOT NULL)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500);

-- Fan-outs that a later effect may overtake; usually none, so that looking costs nothing.
CREATE INDEX deliveries_fanning_out ON deliveries (journal, campaign_id)
    WHERE closed_at IS NULL AND told NOT IN ('started', 'unreadable');
CREATE INDEX deliveries_open ON deliveries (journal, campaign_id) WHERE closed_at IS NULL;
CREATE INDEX deliveries_sending ON deliveries (user_id) WHERE state = 'due' AND kind <> 'start_run';
CREATE INDEX deliveries_by_age ON deliveries (closed_at) WHERE closed_at IS NOT NULL;

-- What was tried: some tokens of a delivery, written before they are sent and closed after.
CREATE TABLE attempts (
    journal   smallint    NOT NULL,
    position  bigint      NOT NULL,
    number    integer     NOT NULL,
    tokens    integer     NOT NULL,
    begun_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- Null while it is under way, and for ever if the process died.
    ended_at  timestamptz,
    completed integer     NOT NULL DEFAULT 0,
    unknown   integer     NOT NULL DEFAULT 0,
    failed    integer     NOT NULL DEFAULT 0,
    -- What the first failure said.
    reason    text,

    CONSTRAINT attempts_pk PRIMARY KEY (journal, position, number)
);

CREATE INDEX attempts_by_age ON attempts (begun_at);

-- What one process at a time does. A lease outlives a crash of its holder by its `until` only.
CREATE TABLE leases (
    name     text        NOT NULL,
    holder   text        NOT NULL,
    until    timestamptz NOT NULL,
    -- Why the holder stopped, for operators; null while all is well.
    alarm    text,
    alarm_at timestamptz,

    CONSTRAINT leases_pk                  PRIMARY KEY (name),
    CONSTRAINT leases_alarms_have_a_time  CHECK ((alarm IS NULL) = (alarm_at IS NULL))
) WITH (fillfactor = 10, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200);

-- What became of each effect: the one place that says so.
CREATE VIEW effect_states AS
SELECT effects.journal, effects.position, effects.campaign_id, effects.kind, effects.detail,
       effects.enqueued_at,
       CASE WHEN effects.position > coalesce(relay_cursors.position, 0) THEN 'waiting'
            ELSE coalesce(deliveries.state, 'delivered') END AS state,
       coalesce(relay_cursors.position, 0) AS cursor,
       deliveries.told, deliveries.token_kind, deliveries.output, deliveries.opened_at,
       deliveries.completed, deliveries.unknown, deliveries.failed, deliveries.attempts,
       deliveries.due_at, deliveries.reason, deliveries.closed_at
FROM effects
LEFT JOIN relay_cursors ON relay_cursors.journal = effects.journal
LEFT JOIN deliveries
    ON deliveries.journal = effects.journal AND deliveries.position = effects.position;
