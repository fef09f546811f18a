-- Has tokens tried anew that are owed a completion and that nobody tries any more.
--
-- $1 campaign_id uuid, null for all    $2 limit bigint
UPDATE tokens
SET attempts = 0, due_at = '-infinity', rest_milliseconds = 0, parked = false, reason = NULL,
    created_at = clock_timestamp()
WHERE (journal, campaign_id, kind, id) IN (
    SELECT parked.journal, parked.campaign_id, parked.kind, parked.id
    FROM tokens AS parked
    WHERE parked.owed IS NOT NULL AND parked.parked
      AND ($1::uuid IS NULL OR parked.campaign_id = $1)
    LIMIT $2
)
