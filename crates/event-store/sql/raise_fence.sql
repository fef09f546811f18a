-- Waits for whoever holds the head, then makes sure that nothing sent under the old fence can
-- commit any more.
--
-- $1 journal smallint
--
-- No row means that there is no such journal.
UPDATE journals SET fence = fence + 1 WHERE id = $1
RETURNING head, fence, greatest(head_at, clock_timestamp()) AS now_at
