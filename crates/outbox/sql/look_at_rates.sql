-- What was sent in the last minute, and what came of it.
SELECT coalesce(sum(completed), 0)::bigint AS completed,
       coalesce(sum(unknown), 0)::bigint AS unknown,
       coalesce(sum(failed), 0)::bigint AS failed,
       count(*) FILTER (WHERE ended_at IS NULL) AS under_way
FROM attempts
WHERE begun_at > clock_timestamp() - interval '1 minute'
