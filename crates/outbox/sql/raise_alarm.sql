-- Says why the holder of a lease stopped, or, with null, that all is well again.
--
-- $1 name text    $2 holder text    $3 alarm text
UPDATE leases
SET alarm = $3, alarm_at = CASE WHEN $3 IS NOT NULL THEN coalesce(alarm_at, clock_timestamp()) END
WHERE name = $1 AND holder = $2 AND alarm IS DISTINCT FROM $3
