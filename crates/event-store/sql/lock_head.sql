-- Takes the head of a journal until the end of the transaction and tells where it stands.
-- Two steps, so that the clock is read after the lock is held.
--
-- $1 journal smallint
--
-- No row means that there is no such journal.
WITH locked AS MATERIALIZED (
    SELECT head, fence, head_at FROM journals WHERE id = $1 FOR UPDATE
)
SELECT head, fence, greatest(head_at, clock_timestamp()) AS now_at FROM locked
