-- The latest checkpoint of a journal up to a size; by the newest key, if several signed it.
--
-- $1 journal smallint    $2 size bigint
--
-- No row means that nothing so small was signed.
SELECT size, root, note, signed_at
FROM ledger_checkpoints
WHERE journal = $1 AND size <= $2
ORDER BY size DESC, signed_at DESC
LIMIT 1
