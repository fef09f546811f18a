-- Tokens that a wake completed before a time, and that nobody settled.
--
-- $1 before timestamptz    $2 limit bigint
SELECT woken.journal, woken.id
FROM (SELECT journal, campaign_id, kind, position FROM wakes
      WHERE recorded_at < $1 ORDER BY recorded_at LIMIT $2) AS wakes
CROSS JOIN LATERAL (
    SELECT journal, id
    FROM waitpoints
    WHERE journal = wakes.journal AND campaign_id = wakes.campaign_id AND kind = wakes.kind
      AND registered_at < wakes.position AND settled_at IS NULL
    LIMIT $2
) AS woken
LIMIT $2
