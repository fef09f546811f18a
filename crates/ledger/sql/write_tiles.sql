-- Writes new tiles, and wider ones in the place of narrower ones.
--
-- $1 journal smallint    $2 levels smallint[]    $3 numbers bigint[]    $4 hashes bytea[]
INSERT INTO ledger_tiles (journal, level, number, hashes)
SELECT $1, level, number, hashes
FROM unnest($2::smallint[], $3::bigint[], $4::bytea[]) AS grown (level, number, hashes)
ON CONFLICT ON CONSTRAINT ledger_tiles_pk DO UPDATE SET hashes = excluded.hashes
