-- Sender accounts: mailboxes and LinkedIn profiles, kept by whoever owns them. Names and addresses
-- of people are here and nowhere in the log, which knows accounts by their ids.
--
-- Few rows, read everywhere and hardly ever written. An id names one account in the whole service,
-- so the key has no journal; a distributed database keeps a copy of the table in every place.
CREATE TABLE senders (
    id                      uuid        NOT NULL,
    user_id                 uuid        NOT NULL,
    type                    text        NOT NULL,
    status                  text        NOT NULL,
    display_name            text        NOT NULL,
    first_name              text,
    last_name               text,
    email_address           text,
    profile_url             text,
    -- The account at the provider: a mailbox without one has no inbox to send from.
    provider_account_id     text,
    warmup_status           text,
    is_premium              boolean,
    -- Overrides; the documented defaults hold where they are absent.
    daily_limit             integer,
    weekly_connection_limit integer,
    weekly_message_limit    integer,
    created_at              timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at              timestamptz NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT senders_pk                        PRIMARY KEY (id),
    CONSTRAINT senders_type_is_a_channel         CHECK (type IN ('email', 'linkedin')),
    CONSTRAINT senders_status_is_of_the_type     CHECK
        (status IN ('active', 'warming', 'inactive') AND type = 'email'
         OR status IN ('connected', 'disconnected') AND type = 'linkedin'),
    CONSTRAINT senders_email_has_an_address      CHECK (type <> 'email' OR email_address IS NOT NULL),
    CONSTRAINT senders_limits_are_not_negative   CHECK
        (daily_limit >= 0 AND weekly_connection_limit >= 0 AND weekly_message_limit >= 0),
    CONSTRAINT senders_change_after_creation     CHECK (updated_at >= created_at)
);

CREATE INDEX senders_of_a_user ON senders (user_id, created_at, id);

-- How often an account sent for a campaign on a day, by UTC: derived from the log, written in the
-- transaction of the event. Counts outlive their campaign, because the account's usage does.
CREATE TABLE sends (
    journal     smallint NOT NULL,
    account_id  uuid     NOT NULL,
    campaign_id uuid     NOT NULL,
    day         date     NOT NULL,
    kind        text     NOT NULL,
    count       integer  NOT NULL,

    CONSTRAINT sends_pk              PRIMARY KEY (journal, account_id, day, campaign_id, kind),
    CONSTRAINT sends_kind_is_known   CHECK (kind IN ('email', 'connection_request', 'message')),
    CONSTRAINT sends_count_from_one  CHECK (count >= 1)
) WITH (fillfactor = 70);

CREATE INDEX sends_of_a_campaign ON sends (journal, campaign_id);

INSERT INTO sends (journal, account_id, campaign_id, day, kind, count)
SELECT sent.journal, (granted.payload ->> 'account_id')::uuid, sent.campaign_id,
       (sent.recorded_at AT TIME ZONE 'UTC')::date, granted.payload ->> 'send', count(*)
FROM events AS sent
JOIN events AS granted ON granted.type = 'SendPermitted'
                      AND granted.journal = sent.journal
                      AND granted.campaign_id = sent.campaign_id
                      AND granted.payload ->> 'permit_id' = sent.payload ->> 'permit_id'
WHERE sent.type = 'SendSucceeded' AND granted.payload ->> 'account_id' IS NOT NULL
GROUP BY 1, 2, 3, 4, 5;

-- The feed of activities: what happened to prospects, the newest first, by campaign. Nothing else
-- has an entry, so that a pause or a permit does not pay for it.
CREATE INDEX events_of_prospects ON events (journal, campaign_id, recorded_at, event_id)
    WHERE type IN ('SendSucceeded', 'SendFailed', 'ProspectConnected', 'ProspectReplied',
                   'ProspectBounced', 'ProspectCompleted', 'ProspectTimedOut', 'ProspectCancelled');
