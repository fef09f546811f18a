-- Rows derived from the log, written in the transaction of the event. Each can be thrown away and
-- rebuilt. Columns that change with every command come first and stand in no index, so that an
-- update stays on its page.

CREATE TABLE campaigns (
    journal    smallint    NOT NULL,
    id         uuid        NOT NULL,
    version    bigint      NOT NULL,
    updated_at timestamptz NOT NULL,
    -- Where the campaign stands, with what only that stage has.
    stage      json        NOT NULL,
    status     text        NOT NULL GENERATED ALWAYS AS (stage ->> 'status') STORED,
    -- How many prospects stand where; permits of the latest day.
    census     json        NOT NULL,
    tally      json        NOT NULL,
    user_id    uuid        NOT NULL,
    name       text        NOT NULL,
    settings   json        NOT NULL,
    sequence   json        NOT NULL,
    created_at timestamptz NOT NULL,

    CONSTRAINT campaigns_pk                        PRIMARY KEY (journal, id),
    CONSTRAINT campaigns_name_is_unique_per_user   UNIQUE (journal, user_id, name),
    CONSTRAINT campaigns_status_is_known           CHECK
        (status IN ('draft', 'launching', 'active', 'paused', 'completed')),
    CONSTRAINT campaigns_versions_count_from_one   CHECK (version >= 1),
    CONSTRAINT campaigns_change_after_creation     CHECK (updated_at >= created_at)
) WITH (fillfactor = 70);

CREATE TABLE prospects (
    journal     smallint    NOT NULL,
    campaign_id uuid        NOT NULL,
    id          uuid        NOT NULL,
    status      text        NOT NULL,
    node_id     uuid,
    permits     json        NOT NULL,
    replies     integer     NOT NULL,
    replied_at  timestamptz,
    bounced_at  timestamptz,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,

    CONSTRAINT prospects_pk                  PRIMARY KEY (journal, campaign_id, id),
    CONSTRAINT prospects_of_a_campaign       FOREIGN KEY (journal, campaign_id)
        REFERENCES campaigns (journal, id) ON DELETE CASCADE,
    CONSTRAINT prospects_status_is_known     CHECK
        (status IN ('pending', 'connection_sent', 'connected', 'message_sent', 'sent', 'replied',
                    'bounced', 'completed', 'timed_out', 'cancelled')),
    CONSTRAINT prospects_bounced_have_a_time CHECK ((status = 'bounced') = (bounced_at IS NOT NULL)),
    CONSTRAINT prospects_replied_have_a_time CHECK ((replies > 0) = (replied_at IS NOT NULL))
) WITH (fillfactor = 80);

-- Raised when a row is not where its campaign's history says that it must be; aborts the
-- transaction and all that is pipelined behind.
CREATE FUNCTION refuse_lost_rows(rows_found bigint, rows_expected bigint)
RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'only % of % rows are at the version that the log says',
        rows_found, rows_expected USING ERRCODE = 'FM003';
END
$$;
