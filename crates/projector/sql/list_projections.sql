-- The projections of the database, with the version that each is at.
SELECT name, version, rebuilt_at FROM projections ORDER BY name
