-- A page of a journal's campaigns, in the order of their ids.
--
-- $1 journal smallint    $2 after uuid    $3 limit bigint
--
-- Fewer rows than the limit means that this is the last page.
SELECT id FROM campaigns WHERE journal = $1 AND id > $2 ORDER BY id LIMIT $3
