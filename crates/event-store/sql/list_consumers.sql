-- Consumers of a journal in the order of their names, with how far the journal has come.
--
-- $1 journal smallint    $2 name text, null for all
--
-- No rows: there are none. The holder is null when the lease is over.
SELECT consumers.journal, consumers.name, consumers.cursor, consumers.cursor_at, journals.head,
       CASE WHEN consumers.leased_until > clock_timestamp() THEN consumers.holder END AS holder,
       consumers.leased_until
FROM consumers
JOIN journals ON journals.id = consumers.journal
WHERE consumers.journal = $1 AND ($2::text IS NULL OR consumers.name = $2)
ORDER BY consumers.name
