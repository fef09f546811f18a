-- All journals: how far each has come, and the position of the oldest event outside of the archive.
--
-- The oldest is null before the first event.
SELECT journals.id AS journal, journals.head, journals.head_at,
       (SELECT min(events.position) FROM events WHERE events.journal = journals.id) AS oldest
FROM journals
ORDER BY journals.id
