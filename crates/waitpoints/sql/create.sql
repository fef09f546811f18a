-- Makes a token, unless an earlier attempt of the same call or a live idempotency key leads to one.
--
-- The journal's head and the campaign's status come from one snapshot, so the token's place in the
-- journal is known without a lock: whatever happened to the campaign after that status has a later
-- position, whichever transaction ends first. A status that the token would wait for in vain
-- ($16, $17) settles it as it is made.
--
-- $1 journal      smallint       $7  labels         text[]         $13 key's digest  bytea
-- $2 id           text           $8  timeout_at     timestamptz    $14 key's expiry  timestamptz
-- $3 campaign_id  uuid           $9  created_by     text           $15 now           timestamptz
-- $4 prospect_id  uuid           $10 request_key    uuid           $16 statuses      text[]
-- $5 kind         text           $11 key            text           $17 their outputs text[]
-- $6 tags         text[]         $12 key's journal  smallint       $18 output's type text
--
-- Returns one row: the token's id, whether an earlier call made it, the status that settled it.
-- An id of null: the campaign is not there or not noted as slept on (mark_slept_on.sql, then ask
-- again), or, when it was seen, another call took the key meanwhile, and asking again finds its
-- token.
WITH heard AS (
    SELECT id FROM waitpoints WHERE journal = $1 AND request_key = $10
),
known AS (
    SELECT token_journal, token_id, request_key,
           expires_at IS NULL OR expires_at > $15 OR (request_key = $10) IS TRUE AS live
    FROM waitpoint_keys
    WHERE journal = $12 AND digest = $13
),
place AS (
    SELECT journals.head, campaigns.status, told.output
    FROM journals
    LEFT JOIN campaigns ON campaigns.journal = journals.id AND campaigns.id = $3
    LEFT JOIN unnest($16::text[], $17::text[]) AS told (status, output)
           ON told.status = campaigns.status
    WHERE journals.id = $1
      AND ($3 IS NULL OR campaigns.id IS NOT NULL)
      AND ($3 IS NULL OR EXISTS (SELECT FROM slept_on WHERE journal = $1 AND campaign_id = $3))
      AND NOT EXISTS (SELECT FROM heard)
      AND NOT EXISTS (SELECT FROM known WHERE live)
),
claimed AS (
    INSERT INTO waitpoint_keys AS keys
           (journal, digest, token_journal, token_id, request_key, expires_at)
    SELECT $12, $13, $1, $2, $10, $14
    FROM place
    WHERE $13 IS NOT NULL
    ON CONFLICT (journal, digest) DO UPDATE
    SET token_journal = excluded.token_journal, token_id = excluded.token_id,
        request_key = excluded.request_key, expires_at = excluded.expires_at
    WHERE keys.expires_at <= $15 AND (keys.request_key = $10) IS NOT TRUE
    RETURNING token_id
),
retired AS (
    UPDATE waitpoints
    SET idempotency_key = NULL, inactive_idempotency_key = idempotency_key
    FROM known, claimed
    WHERE waitpoints.journal = known.token_journal AND waitpoints.id = known.token_id
      AND idempotency_key IS NOT NULL
),
made AS (
    INSERT INTO waitpoints
           (journal, id, campaign_id, prospect_id, kind, registered_at, timeout_at, settled_at,
            output_type, output, tags, labels, idempotency_key, idempotency_key_expires_at,
            request_key, created_by)
    SELECT $1, $2, $3, $4, $5, CASE WHEN $3 IS NOT NULL THEN place.head END, $8,
           CASE WHEN place.output IS NOT NULL THEN $15 END,
           CASE WHEN place.output IS NOT NULL THEN $18 END,
           place.output, $6, $7, $11, $14, $10, $9
    FROM place
    WHERE $13 IS NULL OR EXISTS (SELECT FROM claimed)
    RETURNING id
)
SELECT coalesce(heard.id, known.token_id, made.id) AS id,
       heard.id IS NULL AND known.token_id IS NOT NULL
           AND (known.request_key = $10) IS NOT TRUE AS is_cached,
       place.head IS NOT NULL AS is_placed,
       CASE WHEN made.id IS NOT NULL AND place.output IS NOT NULL
            THEN place.status END AS told_by_status
FROM (VALUES (1)) AS answer
LEFT JOIN heard ON true
LEFT JOIN (SELECT token_id, request_key FROM known WHERE live) AS known ON true
LEFT JOIN place ON true
LEFT JOIN made ON true
