-- A page of a campaign's open permits, in the order of their ids, which is about the order in which
-- they were granted.
--
-- $1 journal smallint    $2 campaign_id uuid    $3 after uuid    $4 limit bigint
--
-- Fewer rows than the limit means that this is the last page.
SELECT campaign_id, prospect_id, node_id, id, state, send, account_id, granted_at, closed_at
FROM permits
WHERE journal = $1 AND campaign_id = $2 AND state = 'open' AND id > $3
ORDER BY id
LIMIT $4
