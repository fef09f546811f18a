-- How sender accounts of users stand, as far as rules look at it, by pairs of user and id.
--
-- $1 user_ids uuid[]    $2 ids uuid[]
--
-- A pair without a row is of an account that is not there, or not that user's.
SELECT id, user_id, type, status, provider_account_id IS NOT NULL AS has_inbox
FROM unnest($1::uuid[], $2::uuid[]) AS wanted (owner, account)
JOIN senders ON senders.id = wanted.account AND senders.user_id = wanted.owner
