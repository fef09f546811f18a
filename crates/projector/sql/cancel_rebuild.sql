-- Ends the rebuild that is not over yet. Whoever works on it finds out at its next step.
--
-- $1 projections text[]: only if these are rebuilt; null for whatever
--
-- No row means that there is none.
UPDATE rebuilds SET phase = 'cancelled', ended_at = clock_timestamp()
WHERE ended_at IS NULL AND ($1::text[] IS NULL OR projections = $1)
RETURNING id, projections
