-- Every journal: whether it has events that are not sealed, or sealed ones that are not signed by a key,
-- and how many events that key signed for.
--
-- $1 key_id text
SELECT journals.id AS journal, signed.size AS signed,
       journals.head <> sealed.size OR sealed.size <> signed.size AS has_news
FROM journals
CROSS JOIN LATERAL (
    SELECT coalesce(max(number * 256 + octet_length(hashes) / 32), 0) AS size
    FROM (SELECT number, hashes FROM ledger_tiles
          WHERE ledger_tiles.journal = journals.id AND level = 0
          ORDER BY number DESC LIMIT 1) AS last
) AS sealed
CROSS JOIN LATERAL (
    SELECT coalesce(max(size), 0) AS size
    FROM (SELECT size FROM ledger_checkpoints
          WHERE ledger_checkpoints.journal = journals.id AND key_id = $1
          ORDER BY size DESC LIMIT 1) AS last
) AS signed
ORDER BY journals.id
