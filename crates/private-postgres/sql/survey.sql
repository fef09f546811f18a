-- What a newcomer has to know of a running server before using it.
-- Binds: none. Always answers one row.
SELECT current_setting('fsync')::boolean AS durable,
       EXISTS (SELECT FROM pg_database WHERE datname = 'fermata') AS database_exists
