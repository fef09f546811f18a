-- The position of a journal's oldest event outside of the archive, and its head.
--
-- $1 journal smallint
--
-- No row: there is no such journal. The oldest is null before the first event.
SELECT journals.id AS journal, journals.head, journals.head_at,
       (SELECT min(events.position) FROM events WHERE events.journal = journals.id) AS oldest
FROM journals
WHERE journals.id = $1
