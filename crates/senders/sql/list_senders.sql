-- A user's sender accounts, the oldest first.
--
-- $1 user_id uuid    $2 type text, or null for both    $3 limit bigint
--
-- No rows means that the user has none.
SELECT id, user_id, type, status, display_name, first_name, last_name, email_address, profile_url,
       provider_account_id, warmup_status, is_premium, daily_limit, weekly_connection_limit,
       weekly_message_limit, created_at, updated_at
FROM senders
WHERE user_id = $1 AND ($2::text IS NULL OR type = $2)
ORDER BY created_at, id
LIMIT $3
