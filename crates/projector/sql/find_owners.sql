-- Whose campaigns these are, and where they stand.
--
-- $1 journal smallint    $2 campaign_ids uuid[]
--
-- A campaign without a row is not there any more.
SELECT id, user_id, status
FROM campaigns
WHERE journal = $1 AND id = ANY ($2)
