-- Sender accounts of users, by pairs of user and id.
--
-- $1 user_ids uuid[]    $2 ids uuid[]
--
-- A pair without a row is of an account that is not there, or not that user's.
SELECT id, user_id, type, status, display_name, first_name, last_name, email_address, profile_url,
       provider_account_id, warmup_status, is_premium, daily_limit, weekly_connection_limit,
       weekly_message_limit, created_at, updated_at
FROM unnest($1::uuid[], $2::uuid[]) AS wanted (owner, account)
JOIN senders ON senders.id = wanted.account AND senders.user_id = wanted.owner
