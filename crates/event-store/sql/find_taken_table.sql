-- Finds a table that has the name of one that migrations make.
--
-- No binds.
--
-- No row means that every name is free.
SELECT relname::text AS table_name
FROM pg_class
WHERE relnamespace = current_schema()::regnamespace
  AND relname IN (
      'answers',
      'api_keys',
      'archived_events',
      'archives',
      'attempts',
      'campaigns',
      'consumers',
      'deliveries',
      'effects',
      'events',
      'journals',
      'leases',
      'ledger_checkpoints',
      'ledger_keys',
      'ledger_tiles',
      'people',
      'permits',
      'permits_of_accounts',
      'projections',
      'prospects',
      'rebuild_progress',
      'rebuilds',
      'relay_cursors',
      'senders',
      'sends',
      'slept_on',
      'tokens',
      'waitpoint_keys',
      'waitpoints',
      'wakes'
  )
ORDER BY relname
LIMIT 1
