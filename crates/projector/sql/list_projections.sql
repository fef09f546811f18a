-- The projections of the database, with the version that each is at: 0, to be rebuilt in any case, when an
-- older program added prospects without their order since.
SELECT name,
       CASE WHEN name = 'prospects'
             AND EXISTS (SELECT FROM prospects WHERE added_version = 9223372036854775807)
            THEN 0 ELSE version END AS version,
       rebuilt_at
FROM projections
ORDER BY name
