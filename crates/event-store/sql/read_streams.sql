-- Reads what the events of a journal say, without who and why, between two places in the order of
-- campaigns and versions, up to a position. In no order: sorting them, or fetching them one by one in
-- the order of an index, would cost more than all the rest.
--
-- $1 journal smallint    $2 campaign_id uuid, $3 version bigint: behind this place
-- $4 campaign_id uuid, $5 version bigint: up to this place    $6 last position bigint
--
-- The campaigns by themselves are for the planner, which does not see that the two places are a range.
SELECT campaign_id, version, position, recorded_at, type, schema_version, payload
FROM all_events
WHERE journal = $1
  AND campaign_id BETWEEN $2 AND $4
  AND (campaign_id, version) > ($2, $3)
  AND (campaign_id, version) <= ($4, $5)
  AND position <= $6
