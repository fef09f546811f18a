-- Lets one process at a time rebuild, for as long as its connection lasts.
--
-- Returns whether this one may.
SELECT pg_try_advisory_lock(hashtextextended('fermata.rebuild', 0)) AS held
