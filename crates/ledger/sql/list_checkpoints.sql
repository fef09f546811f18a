-- Checkpoints of a journal behind a size, the smallest first, with all keys that signed.
--
-- $1 journal smallint    $2 size bigint    $3 up to this size bigint
SELECT size, note
FROM ledger_checkpoints
WHERE journal = $1 AND size > $2 AND size <= $3
ORDER BY size, signed_at
