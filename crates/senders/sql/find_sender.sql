-- One sender account, whoever's it is.
--
-- $1 id uuid
--
-- No row means that there is none.
SELECT id, user_id, type, status, display_name, first_name, last_name, email_address, profile_url,
       provider_account_id, warmup_status, is_premium, daily_limit, weekly_connection_limit,
       weekly_message_limit, created_at, updated_at
FROM senders
WHERE id = $1
