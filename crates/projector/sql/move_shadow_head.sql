-- Moves the head that shadow rows take their time from.
--
-- $1 journal smallint    $2 head bigint    $3 when its event was recorded, timestamptz
UPDATE rebuilding.journals SET head = $2, head_at = $3 WHERE id = $1
