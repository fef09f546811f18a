-- Takes or renews a lease, unless somebody else has it.
--
-- $1 name text    $2 holder text    $3 seconds double precision
--
-- Returns whether its last holder stopped. No row means that somebody else has it.
INSERT INTO leases (name, holder, until)
VALUES ($1, $2, clock_timestamp() + make_interval(secs => $3))
ON CONFLICT (name) DO UPDATE
    SET holder = excluded.holder, until = excluded.until
    WHERE leases.holder = excluded.holder OR leases.until < clock_timestamp()
RETURNING alarm IS NOT NULL AS has_alarm
