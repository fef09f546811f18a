-- When the event at a position was recorded.
--
-- $1 journal smallint    $2 position bigint
--
-- No row: the journal has not come so far, or the archive's partition is not attached.
SELECT recorded_at FROM all_events WHERE journal = $1 AND position = $2
