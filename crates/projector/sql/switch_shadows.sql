-- Puts shadow tables in the place of the live ones, and raises every journal's fence; the caller has
-- taken everything.
--
-- $1 rebuild bigint
--
-- No row means that the rebuild was cancelled.
WITH done AS (
    UPDATE rebuilds SET phase = 'done', ended_at = clock_timestamp()
    WHERE id = $1 AND ended_at IS NULL
    RETURNING projections, versions
),
rebuilt AS (
    UPDATE projections SET version = made.version, rebuilt_at = clock_timestamp()
    FROM done, unnest(done.projections, done.versions) AS made (name, version)
    WHERE projections.name = made.name
)
SELECT switch_shadows(projections) FROM done
