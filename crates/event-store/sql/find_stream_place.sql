-- Finds how far so many events reach, one campaign after the other in the order of their ids, each
-- campaign's oldest first, behind a place in that order. From an index alone, as far as it goes.
--
-- $1 journal smallint    $2 campaign_id uuid, $3 version bigint: the place
-- $4 bigint: one fewer than the events
--
-- No rows means that there are fewer.
SELECT campaign_id, version
FROM all_events
WHERE journal = $1 AND (campaign_id, version) > ($2, $3)
ORDER BY campaign_id, version
OFFSET $4
LIMIT 1
