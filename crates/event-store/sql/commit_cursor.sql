-- Moves a consumer's cursor forward, for the holder of its lease, and lets the lease last on.
--
-- $1 journal smallint    $2 name text    $3 lease uuid    $4 cursor bigint
--
-- No row: the lease is over, there is no such consumer, or the cursor would go backwards or beyond
-- the journal's head.
UPDATE consumers
SET cursor = $4, cursor_at = clock_timestamp(),
    leased_until = clock_timestamp() + make_interval(secs => lease_seconds)
FROM journals
WHERE consumers.journal = $1 AND consumers.name = $2
  AND consumers.lease = $3 AND consumers.leased_until > clock_timestamp()
  AND journals.id = $1 AND $4 BETWEEN consumers.cursor AND journals.head
RETURNING consumers.cursor, consumers.leased_until
