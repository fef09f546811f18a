-- The partitions of a journal's archive in the order of their positions, with whether each is
-- attached.
--
-- $1 journal smallint
SELECT archives.first_position, archives.last_position, archives.name, archives.filled_at,
       EXISTS (SELECT FROM pg_inherits
               WHERE pg_inherits.inhparent = 'archived_events'::regclass
                 AND pg_inherits.inhrelid = to_regclass(archives.name)) AS is_attached
FROM archives
WHERE archives.journal = $1
ORDER BY archives.first_position
