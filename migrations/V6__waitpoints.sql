-- The built-in waitpoint tokens and what wakes them.
--
-- Whether a token still waits is computed (the view at the end): it is settled when somebody
-- completed it or its time ran out, and otherwise completed by the first wake of its campaign and
-- kind behind the position at which it was registered. So one row wakes a million tokens.

CREATE TABLE waitpoints (
    journal                    smallint    NOT NULL,
    -- Without the prefix. Begins with the time of creation and ends with the journal, so ids sort
    -- by age and say where they are; bytes are compared, whatever the database's language.
    id                         text        COLLATE "C" NOT NULL,
    campaign_id                uuid,
    prospect_id                uuid,
    kind                       text,
    -- The journal's head in the snapshot that showed the campaign's status.
    registered_at              bigint,
    timeout_at                 timestamptz,
    settled_at                 timestamptz,
    timed_out                  boolean     NOT NULL DEFAULT false,
    output_type                text,
    output                     text,
    -- All tags as they were given, and those of them that are looked for by the index.
    tags                       text[]      NOT NULL,
    labels                     text[],
    idempotency_key            text,
    inactive_idempotency_key   text,
    idempotency_key_expires_at timestamptz,
    -- What all attempts of one call have in common.
    request_key                uuid,
    created_by                 text        NOT NULL,

    CONSTRAINT waitpoints_pk                          PRIMARY KEY (journal, id),
    CONSTRAINT waitpoints_ids_have_a_shape            CHECK (id ~ '^c[0-9a-z]{24}$'),
    CONSTRAINT waitpoints_of_a_campaign_have_a_place  CHECK
        ((campaign_id IS NULL) = (kind IS NULL) AND (campaign_id IS NULL) = (registered_at IS NULL)),
    CONSTRAINT waitpoints_prospects_have_a_campaign   CHECK (prospect_id IS NULL OR campaign_id IS NOT NULL),
    CONSTRAINT waitpoints_kind_is_known               CHECK (kind IN ('sleep', 'pause')),
    CONSTRAINT waitpoints_time_out_at_a_time          CHECK
        (NOT timed_out OR (settled_at IS NOT NULL AND timeout_at IS NOT NULL)),
    CONSTRAINT waitpoints_completed_have_an_output_type CHECK
        ((output_type IS NOT NULL) = (settled_at IS NOT NULL AND NOT timed_out)),
    CONSTRAINT waitpoints_output_is_of_a_type         CHECK (output IS NULL OR output_type IS NOT NULL),
    CONSTRAINT waitpoints_key_is_live_or_inactive     CHECK
        (idempotency_key IS NULL OR inactive_idempotency_key IS NULL)
) WITH (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02);

-- The newest first, over all journals.
CREATE INDEX waitpoints_by_age ON waitpoints (id);
-- The newest first, of a campaign.
CREATE INDEX waitpoints_by_campaign ON waitpoints (journal, campaign_id, id)
    WHERE campaign_id IS NOT NULL;
-- A campaign's tokens that nobody settled, by the place that decides which wakes they hear.
CREATE INDEX waitpoints_unsettled ON waitpoints (journal, campaign_id, kind, registered_at)
    WHERE settled_at IS NULL AND campaign_id IS NOT NULL;
-- No list of pending entries: one creation in thousands would have to clear it.
CREATE INDEX waitpoints_by_label ON waitpoints USING gin (labels) WITH (fastupdate = off);
CREATE UNIQUE INDEX waitpoints_one_per_request ON waitpoints (journal, request_key)
    WHERE request_key IS NOT NULL;
CREATE INDEX waitpoints_due ON waitpoints (journal, timeout_at)
    WHERE settled_at IS NULL AND timeout_at IS NOT NULL;
CREATE INDEX waitpoints_settled ON waitpoints (settled_at) WHERE settled_at IS NOT NULL;

CREATE FUNCTION refuse_to_settle_again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'waitpoint % is settled, and stays as it is', OLD.id USING ERRCODE = 'FM004';
END
$$;

-- What a reader was told once never changes.
CREATE TRIGGER waitpoints_settle_once
    BEFORE UPDATE ON waitpoints
    FOR EACH ROW
    WHEN (OLD.settled_at IS NOT NULL
          AND (NEW.settled_at, NEW.timed_out, NEW.output_type, NEW.output, NEW.timeout_at)
              IS DISTINCT FROM
              (OLD.settled_at, OLD.timed_out, OLD.output_type, OLD.output, OLD.timeout_at))
    EXECUTE FUNCTION refuse_to_settle_again();

-- Which token answers for an idempotency key. Its journal follows from the key, not from the
-- token, so a key names one token in the whole database.
CREATE TABLE waitpoint_keys (
    journal       smallint    NOT NULL,
    -- SHA-256 of the key, which may be longer than an index can hold.
    digest        bytea       NOT NULL,
    token_journal smallint    NOT NULL,
    token_id      text        COLLATE "C" NOT NULL,
    -- Which call made the token.
    request_key   uuid,
    -- Null: never.
    expires_at    timestamptz,

    CONSTRAINT waitpoint_keys_pk                PRIMARY KEY (journal, digest),
    CONSTRAINT waitpoint_keys_digest_is_sha_256 CHECK (octet_length(digest) = 32)
);

-- Campaigns that a token was ever registered with. For all others no wake is worth a row. A token is
-- made by a statement that sees its campaign here, so whoever sees an event behind the token's place
-- sees its campaign here too.
CREATE TABLE slept_on (
    journal     smallint NOT NULL,
    campaign_id uuid     NOT NULL,

    CONSTRAINT slept_on_pk PRIMARY KEY (journal, campaign_id)
);

-- One row completes every token of its campaign and kind that was registered before its position.
-- Inserted under the waking lock, in the order of positions, and never changed.
CREATE TABLE wakes (
    journal     smallint    NOT NULL,
    campaign_id uuid        NOT NULL,
    kind        text        NOT NULL,
    -- The event that caused it.
    position    bigint      NOT NULL,
    output_type text        NOT NULL,
    output      text,
    recorded_at timestamptz NOT NULL,

    CONSTRAINT wakes_one_per_event_and_kind PRIMARY KEY (journal, campaign_id, kind, position),
    CONSTRAINT wakes_kind_is_known          CHECK (kind IN ('sleep', 'pause'))
);

CREATE INDEX wakes_by_age ON wakes (recorded_at);

CREATE FUNCTION refuse_to_change_wakes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'wakes are never changed: sleepers were told of them' USING ERRCODE = 'FM004';
END
$$;

CREATE TRIGGER wakes_never_change
    BEFORE UPDATE ON wakes
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_wakes();

-- The rule: what a token's state is. Every reader and everyone who settles asks this view.
CREATE VIEW waitpoint_states AS
SELECT waitpoints.journal, waitpoints.id, waitpoints.campaign_id, waitpoints.prospect_id,
       waitpoints.kind, waitpoints.registered_at, waitpoints.timeout_at, waitpoints.tags,
       waitpoints.labels, waitpoints.idempotency_key, waitpoints.inactive_idempotency_key,
       waitpoints.idempotency_key_expires_at, waitpoints.created_by,
       CASE WHEN waitpoints.timed_out THEN 'TIMED_OUT'
            WHEN waitpoints.settled_at IS NOT NULL OR woken.position IS NOT NULL THEN 'COMPLETED'
            ELSE 'WAITING' END AS status,
       coalesce(waitpoints.settled_at, woken.recorded_at) AS completed_at,
       CASE WHEN waitpoints.settled_at IS NULL THEN woken.output_type
            ELSE waitpoints.output_type END AS output_type,
       CASE WHEN waitpoints.settled_at IS NULL THEN woken.output
            ELSE waitpoints.output END AS output
FROM waitpoints
LEFT JOIN LATERAL (
    SELECT wakes.position, wakes.output_type, wakes.output, wakes.recorded_at
    FROM wakes
    WHERE waitpoints.settled_at IS NULL
      AND wakes.journal = waitpoints.journal
      AND wakes.campaign_id = waitpoints.campaign_id
      AND wakes.kind = waitpoints.kind
      AND wakes.position > waitpoints.registered_at
    ORDER BY wakes.position
    LIMIT 1
) AS woken ON true;
