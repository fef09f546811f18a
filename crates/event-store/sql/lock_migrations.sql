-- Lets one process at a time migrate: the others wait here and then find nothing left to do.
SELECT pg_advisory_lock(hashtextextended('fermata.migrations', 0))
