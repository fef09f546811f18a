-- Moves the cursor of a journal, which the transaction has taken.
--
-- $1 journal smallint    $2 position bigint
UPDATE relay_cursors SET position = $2 WHERE journal = $1 AND position < $2
