-- Who sends, until when, and whether something is wrong. No row: nobody ever sent anything.
--
-- $1 name text
SELECT CASE WHEN until > clock_timestamp() THEN holder END AS holder,
       CASE WHEN until > clock_timestamp() THEN until END AS until, alarm, alarm_at
FROM leases
WHERE name = $1
