-- Gives a lease back before it is over.
--
-- $1 journal smallint    $2 name text    $3 lease uuid
--
-- Changes nothing when the lease is over.
UPDATE consumers
SET lease = NULL, lease_seconds = NULL, leased_until = NULL, holder = NULL
WHERE journal = $1 AND name = $2 AND lease = $3 AND leased_until > clock_timestamp()
