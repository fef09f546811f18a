-- Who prospects are: personal data, outside of the log. Written in the transaction of the events
-- that name the prospects by id, removed for good without touching the log.
--
-- People are found by digests of what reaches them, made with the id of their user, so that no
-- message about a key that is taken holds an address, and equal people of two users look
-- different. Not derived from the log: a rebuild of other rows leaves this table alone, which is
-- why no foreign key ties it to them.

CREATE TABLE people (
    journal         smallint NOT NULL,
    campaign_id     uuid     NOT NULL,
    prospect_id     uuid     NOT NULL,
    user_id         uuid     NOT NULL,
    -- The digest by which the campaign's channel reaches them; one of the next two.
    identity        bytea    NOT NULL,
    email_digest    bytea,
    linkedin_digest bytea,
    email           text,
    linkedin_url    text,
    first_name      text,
    last_name       text,
    name            text,
    company         text,
    "position"      text,
    headline        text,
    -- json, not jsonb: what a client wrote is given back as it was.
    custom_fields   json,
    source          text     NOT NULL,
    source_ref      text,

    CONSTRAINT people_pk                         PRIMARY KEY (journal, campaign_id, prospect_id),
    CONSTRAINT people_are_once_in_a_campaign     UNIQUE (journal, campaign_id, identity),
    CONSTRAINT people_are_known_by_their_channel CHECK
        (identity IN (email_digest, linkedin_digest))
);

-- Where else somebody is: for leaving out whom another campaign deals with, and for erasing.
CREATE INDEX people_by_email ON people (journal, email_digest) WHERE email_digest IS NOT NULL;
CREATE INDEX people_by_linkedin ON people (journal, linkedin_digest)
    WHERE linkedin_digest IS NOT NULL;
