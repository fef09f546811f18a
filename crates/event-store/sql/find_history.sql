-- Whether the database has a history of migrations: ours, or that of another program with the same tool.
SELECT to_regclass('refinery_schema_history') IS NOT NULL AS has_history
