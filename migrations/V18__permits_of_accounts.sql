-- Permits that were granted for an account, by campaign, by day of UTC, and by what they send: what
-- counts against the account's own limits. Derived from the log, written in the transaction of the
-- event. Counts outlive their campaign, because the account's limits do. An account is counted for
-- each user apart: an id that was removed may be registered by another one.
CREATE TABLE permits_of_accounts (
    journal     smallint NOT NULL,
    user_id     uuid     NOT NULL,
    account_id  uuid     NOT NULL,
    day         date     NOT NULL,
    campaign_id uuid     NOT NULL,
    kind        text     NOT NULL,
    count       integer  NOT NULL,

    CONSTRAINT permits_of_accounts_pk
        PRIMARY KEY (journal, account_id, day, user_id, campaign_id, kind),
    CONSTRAINT permits_of_accounts_kind_is_known
        CHECK (kind IN ('email', 'connection_request', 'message')),
    CONSTRAINT permits_of_accounts_count_from_one
        CHECK (count >= 1)
) WITH (fillfactor = 70);

CREATE INDEX permits_of_accounts_of_a_campaign ON permits_of_accounts (journal, campaign_id);

-- A program of before that is still running grants permits and counts none. Its events do not say for which
-- day of their account they count, so they are told by that, and counted here: in its own transaction, under
-- the head, for the day on which they are recorded. On the log and not on `permits`, because a permit's row
-- goes with its campaign, and because rebuilt rows take the place of tables and their triggers.
CREATE FUNCTION count_permit_of_an_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO permits_of_accounts (journal, user_id, account_id, day, campaign_id, kind, count)
    SELECT NEW.journal, (created.payload ->> 'user_id')::uuid, (NEW.payload ->> 'account_id')::uuid,
           (NEW.recorded_at AT TIME ZONE 'UTC')::date, NEW.campaign_id, NEW.payload ->> 'send', 1
    FROM all_events AS created
    WHERE created.journal = NEW.journal AND created.campaign_id = NEW.campaign_id
      AND created.version = 1 AND created.type = 'CampaignCreated'
    ON CONFLICT (journal, account_id, day, user_id, campaign_id, kind)
    DO UPDATE SET count = permits_of_accounts.count + 1;
    RETURN NULL;
END
$$;

-- Before the log is counted: it keeps others from appending until both are done.
CREATE TRIGGER events_of_before_count_permits AFTER INSERT ON events
    FOR EACH ROW
    WHEN (NEW.type = 'SendPermitted' AND NEW.payload ->> 'account_id' IS NOT NULL
          AND NEW.payload ->> 'account_day' IS NULL)
    EXECUTE FUNCTION count_permit_of_an_account();

-- Permits so far did not say for which day of their account they count: for that on which they were
-- recorded.
INSERT INTO permits_of_accounts (journal, user_id, account_id, day, campaign_id, kind, count)
SELECT granted.journal, (created.payload ->> 'user_id')::uuid,
       (granted.payload ->> 'account_id')::uuid, (granted.recorded_at AT TIME ZONE 'UTC')::date,
       granted.campaign_id, granted.payload ->> 'send', count(*)
FROM all_events AS granted
JOIN all_events AS created ON created.type = 'CampaignCreated'
                          AND created.journal = granted.journal
                          AND created.campaign_id = granted.campaign_id
                          AND created.version = 1
WHERE granted.type = 'SendPermitted' AND granted.payload ->> 'account_id' IS NOT NULL
GROUP BY 1, 2, 3, 4, 5, 6;

INSERT INTO projections (name, version) VALUES ('permits_of_accounts', 1);
