-- Asks for a rebuild.
--
-- $1 projections text[]    $2 versions integer[]
--
-- Returns its id; no row when another one is not over yet (rebuilds_one_at_a_time).
INSERT INTO rebuilds (projections, versions) VALUES ($1, $2)
ON CONFLICT DO NOTHING
RETURNING id
