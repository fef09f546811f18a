-- Lets the next process migrate.
SELECT pg_advisory_unlock(hashtextextended('fermata.migrations', 0))
