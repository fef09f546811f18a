-- Leases a consumer to a reader, if nobody else reads for it.
--
-- $1 journal smallint    $3 lease uuid              $5 holder text
-- $2 name    text        $4 lease seconds integer
--
-- No row: there is no such consumer, or it is leased.
UPDATE consumers
SET lease = $3, lease_seconds = $4::integer, holder = $5,
    leased_until = clock_timestamp() + make_interval(secs => $4::integer)
WHERE journal = $1 AND name = $2
  AND (lease IS NULL OR leased_until <= clock_timestamp())
RETURNING cursor, leased_until
