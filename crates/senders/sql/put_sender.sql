-- Registers a sender account, or changes what is known of it, and tells every process that
-- remembers it. The user and the type of an account never change.
--
-- $1 id           uuid    $6  first_name    text    $11 warmup_status           text
-- $2 user_id      uuid    $7  last_name     text    $12 is_premium              boolean
-- $3 type         text    $8  email_address text    $13 daily_limit             integer
-- $4 status       text    $9  profile_url   text    $14 weekly_connection_limit integer
-- $5 display_name text    $10 provider_account_id text    $15 weekly_message_limit integer
-- $16 accounts that a user may have at most bigint
--
-- No row means that the account is another user's, or of the other type, or that the user has as
-- many as one may have. Otherwise: whether it is new, and when it was first and last put.
WITH put AS (
    INSERT INTO senders (id, user_id, type, status, display_name, first_name, last_name,
                         email_address, profile_url, provider_account_id, warmup_status,
                         is_premium, daily_limit, weekly_connection_limit, weekly_message_limit)
    SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15
    WHERE EXISTS (SELECT FROM senders WHERE id = $1)
       OR (SELECT count(*) FROM senders WHERE user_id = $2) < $16
    ON CONFLICT (id) DO UPDATE
    SET status = excluded.status, display_name = excluded.display_name,
        first_name = excluded.first_name, last_name = excluded.last_name,
        email_address = excluded.email_address, profile_url = excluded.profile_url,
        provider_account_id = excluded.provider_account_id,
        warmup_status = excluded.warmup_status, is_premium = excluded.is_premium,
        daily_limit = excluded.daily_limit,
        weekly_connection_limit = excluded.weekly_connection_limit,
        weekly_message_limit = excluded.weekly_message_limit, updated_at = clock_timestamp()
    WHERE senders.user_id = excluded.user_id AND senders.type = excluded.type
    RETURNING created_at, updated_at, (xmax = 0) AS created
)
SELECT put.created, put.created_at, put.updated_at,
       pg_notify('fermata_senders', $2::text || ' ' || $1::text)::text AS told
FROM put
