-- How many effects wait, by kind, and since when the oldest of them does.
--
-- No rows means that none waits.
SELECT kind, count(*) AS count, min(enqueued_at) AS oldest_at FROM effects GROUP BY kind
