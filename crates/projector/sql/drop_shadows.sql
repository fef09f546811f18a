-- Drops the shadow tables, if there are any and no rebuild is open.
SELECT drop_shadows() WHERE NOT EXISTS (SELECT FROM rebuilds WHERE ended_at IS NULL)
