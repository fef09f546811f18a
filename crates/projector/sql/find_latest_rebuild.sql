-- The rebuild that is not over yet or, without one, the last.
--
-- The rate is that of reading since a process took it up. No row means that there never was one.
SELECT rebuilds.id, projections, phase, requested_at, ended_at, failure,
       coalesce(sum(progress.events), 0)::bigint AS events,
       coalesce(sum(progress.target), 0)::bigint AS target,
       CASE WHEN phase = 'loading'
            THEN (coalesce(sum(progress.events), 0) - events_before)
                 / greatest(extract(epoch FROM clock_timestamp() - taken_up_at), 0.001)
       END::float8 AS events_per_second
FROM rebuilds
LEFT JOIN rebuild_progress AS progress ON progress.rebuild = rebuilds.id
GROUP BY rebuilds.id
ORDER BY rebuilds.id DESC
LIMIT 1
