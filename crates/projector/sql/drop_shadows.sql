-- Drops the shadow tables, if there are any.
SELECT drop_shadows()
