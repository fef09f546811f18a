-- The limits that sender accounts have of their own, of any user.
--
-- $1 ids uuid[]
--
-- An id without a row is of an account that is not there.
SELECT id, user_id, daily_limit, weekly_connection_limit, weekly_message_limit, is_premium
FROM senders
WHERE id = ANY ($1)
