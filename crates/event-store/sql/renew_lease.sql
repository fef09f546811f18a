-- Lets a lease that is not over last on: at least as long as its reader is going to wait.
--
-- $1 journal smallint    $2 name text    $3 lease uuid    $4 seconds integer
--
-- No row: the lease is over, or there is no such consumer.
UPDATE consumers
SET leased_until = clock_timestamp() + make_interval(secs => lease_seconds + $4::integer)
WHERE journal = $1 AND name = $2 AND lease = $3 AND leased_until > clock_timestamp()
RETURNING cursor, leased_until
