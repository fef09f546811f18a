-- Answers to requests that carried an Idempotency-Key, stored in the transaction of what they
-- answer and given again when the request is repeated.

CREATE TABLE answers (
    journal     smallint    NOT NULL,
    user_id     uuid        NOT NULL,
    key         text        NOT NULL,
    -- SHA-256 of the request, so that a key reused for another request is noticed.
    fingerprint bytea       NOT NULL,
    status      smallint    NOT NULL,
    body        text        NOT NULL,
    version     bigint,
    stored_at   timestamptz NOT NULL,

    CONSTRAINT answers_one_per_key            PRIMARY KEY (journal, user_id, key),
    CONSTRAINT answers_fingerprint_is_sha_256 CHECK (octet_length(fingerprint) = 32)
);

CREATE INDEX answers_by_age ON answers (stored_at);
