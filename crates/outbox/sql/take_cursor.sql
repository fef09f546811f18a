-- Takes the cursor of a journal until the end of the transaction.
--
-- $1 journal smallint
--
-- No row means that another process is taking this journal's effects in right now.
SELECT position FROM relay_cursors WHERE journal = $1 FOR UPDATE SKIP LOCKED
