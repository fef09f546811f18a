-- Removes what is on file about every prospect of some campaigns.
--
-- $1 journal smallint    $2 campaign_ids uuid[]
DELETE FROM people WHERE journal = $1 AND campaign_id = ANY ($2)
