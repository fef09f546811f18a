-- What the world must be told because of an event. Written in the event's transaction, one row
-- an event, however many tokens it wakes. A row is here until it has been performed.

CREATE TABLE effects (
    journal     smallint    NOT NULL,
    -- The event that caused it.
    position    bigint      NOT NULL,
    campaign_id uuid        NOT NULL,
    kind        text        NOT NULL,
    detail      json        NOT NULL,
    enqueued_at timestamptz NOT NULL,

    CONSTRAINT effects_one_per_event PRIMARY KEY (journal, position),
    CONSTRAINT effects_kind_is_known CHECK
        (kind IN ('complete_waitpoints', 'start_run', 'cancel_runs'))
);
