-- Journals with anybody who is kept by older rules than those of today, which are version 2.
--
-- No rows means that everybody is kept by those of today.
SELECT id
FROM journals
WHERE EXISTS (SELECT FROM people WHERE people.journal = journals.id AND identity_version < 2)
ORDER BY id
