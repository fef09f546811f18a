-- Permits, one row for each that was ever granted. The primary key is the rule that no step is ever
-- permitted twice for a prospect: the database itself refuses it.

CREATE TABLE permits (
    journal     smallint    NOT NULL,
    campaign_id uuid        NOT NULL,
    prospect_id uuid        NOT NULL,
    node_id     uuid        NOT NULL,
    id          uuid        NOT NULL,
    state       text        NOT NULL,
    send        text        NOT NULL,
    -- The account that it was asked for, when one was named.
    account_id  uuid,
    granted_at  timestamptz NOT NULL,
    closed_at   timestamptz,

    CONSTRAINT permits_once_per_step       PRIMARY KEY (journal, campaign_id, prospect_id, node_id),
    CONSTRAINT permits_have_their_own_ids  UNIQUE (journal, id),
    CONSTRAINT permits_of_a_prospect       FOREIGN KEY (journal, campaign_id, prospect_id)
        REFERENCES prospects (journal, campaign_id, id) ON DELETE CASCADE,
    CONSTRAINT permits_state_is_known      CHECK (state IN ('open', 'sent', 'failed')),
    CONSTRAINT permits_send_is_known       CHECK
        (send IN ('email', 'connection_request', 'message')),
    CONSTRAINT permits_closed_have_a_time  CHECK ((state = 'open') = (closed_at IS NULL)),
    CONSTRAINT permits_close_after_a_grant CHECK (closed_at >= granted_at)
) WITH (fillfactor = 80);

-- What a pause does not call back. Small: a permit is open for as long as a send takes.
CREATE INDEX permits_that_are_open ON permits (journal, campaign_id, id) WHERE state = 'open';

-- From the log, which knows the accounts and the times; the prospects' own list did not.
INSERT INTO permits (journal, campaign_id, prospect_id, node_id, id, state, send, account_id,
                     granted_at, closed_at)
SELECT granted.journal, granted.campaign_id, prospects.id,
       (granted.payload ->> 'node_id')::uuid, (granted.payload ->> 'permit_id')::uuid,
       CASE closed.type WHEN 'SendSucceeded' THEN 'sent' WHEN 'SendFailed' THEN 'failed'
                        ELSE 'open' END,
       granted.payload ->> 'send', (granted.payload ->> 'account_id')::uuid,
       granted.recorded_at, closed.recorded_at
FROM events AS granted
JOIN prospects ON prospects.journal = granted.journal
              AND prospects.campaign_id = granted.campaign_id
              AND prospects.id = (granted.payload ->> 'prospect_id')::uuid
LEFT JOIN events AS closed ON closed.type IN ('SendSucceeded', 'SendFailed')
                          AND closed.journal = granted.journal
                          AND closed.campaign_id = granted.campaign_id
                          AND closed.payload ->> 'permit_id' = granted.payload ->> 'permit_id'
WHERE granted.type = 'SendPermitted';

ALTER TABLE prospects DROP COLUMN permits;
