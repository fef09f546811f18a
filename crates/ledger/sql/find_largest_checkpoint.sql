-- How large the largest tree is that was ever signed, and how many leaves are kept.
--
-- $1 journal smallint
--
-- Always one row.
SELECT coalesce((SELECT max(size) FROM ledger_checkpoints WHERE journal = $1), 0) AS signed,
       coalesce((SELECT number * 256 + octet_length(hashes) / 32 FROM ledger_tiles
                 WHERE journal = $1 AND level = 0 ORDER BY number DESC LIMIT 1), 0) AS sealed
