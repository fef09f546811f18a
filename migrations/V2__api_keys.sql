-- Who may ask: one row per API key ever created.
--
-- The secret is not here: `digest` is the SHA-256 of the whole key, and `prefix` its first 24 characters, which
-- identify the key and may be logged. A revoked key keeps its row, so that the log's actors stay explainable.
CREATE TABLE api_keys (
    prefix     text        NOT NULL,
    kind       text        NOT NULL,
    user_id    uuid,
    digest     bytea       NOT NULL,
    label      text,
    created_at timestamptz NOT NULL DEFAULT now(),
    revoked_at timestamptz,

    CONSTRAINT api_keys_prefix_identifies_one_key
        PRIMARY KEY (prefix),
    CONSTRAINT api_keys_kind_is_public_or_internal
        CHECK (kind IN ('public', 'internal')),
    CONSTRAINT api_keys_prefix_has_24_characters_and_tells_the_kind
        CHECK (prefix ~ CASE kind WHEN 'public' THEN '^pk_live_[0-9a-f]{16}$' ELSE '^ik_live_[0-9a-f]{16}$' END),
    CONSTRAINT api_keys_public_key_has_a_user_and_internal_key_has_none
        CHECK ((kind = 'public') = (user_id IS NOT NULL)),
    CONSTRAINT api_keys_digest_has_32_bytes
        CHECK (octet_length(digest) = 32),
    CONSTRAINT api_keys_label_has_1_to_100_characters
        CHECK (char_length(label) BETWEEN 1 AND 100)
);
