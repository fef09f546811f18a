-- Removes wakes from before a time that no token is completed by any more. No new token can be: it
-- would have to be registered before them.
--
-- $1 before timestamptz    $2 limit bigint
--
-- Returns a row for each.
DELETE FROM wakes
USING (SELECT journal, campaign_id, kind, position FROM wakes
       WHERE recorded_at < $1 ORDER BY recorded_at LIMIT $2) AS old
WHERE wakes.journal = old.journal AND wakes.campaign_id = old.campaign_id
  AND wakes.kind = old.kind AND wakes.position = old.position
  AND NOT EXISTS (
      SELECT FROM waitpoints
      WHERE waitpoints.journal = old.journal AND waitpoints.campaign_id = old.campaign_id
        AND waitpoints.kind = old.kind AND waitpoints.registered_at < old.position
        AND waitpoints.settled_at IS NULL
  )
RETURNING wakes.position
