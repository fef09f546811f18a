-- The rebuild that is not over yet.
--
-- No row means that there is none.
SELECT id, projections, versions, phase FROM rebuilds WHERE ended_at IS NULL
