-- Reads some tiles of a journal.
--
-- $1 journal smallint    $2 levels smallint[]    $3 numbers bigint[]
--
-- A tile that is not there has no row.
SELECT ledger_tiles.level, ledger_tiles.number, ledger_tiles.hashes
FROM unnest($2::smallint[], $3::bigint[]) AS wanted (level, number)
JOIN ledger_tiles ON ledger_tiles.journal = $1
    AND ledger_tiles.level = wanted.level AND ledger_tiles.number = wanted.number
