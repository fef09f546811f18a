-- How far a journal is written, sealed, and signed by a key.
--
-- $1 journal smallint    $2 key_id text    $3 rest double precision, in seconds
--
-- `retired`: another key signed for the first time after this one did, so it took this one's place.
-- `due`: the latest checkpoint by the key is older than the rest, or there is none.
-- No row means that there is no such journal.
SELECT journals.head, sealed.size AS sealed, coalesce(signed.size, 0) AS signed,
       EXISTS (
           SELECT FROM ledger_keys AS newer
           JOIN ledger_keys AS ours ON ours.key_id = $2
           WHERE newer.first_signed_at > ours.first_signed_at
       ) AS retired,
       coalesce(signed.signed_at + make_interval(secs => $3) <= clock_timestamp(), true) AS due
FROM journals
CROSS JOIN LATERAL (
    SELECT coalesce(max(number * 256 + octet_length(hashes) / 32), 0) AS size
    FROM (SELECT number, hashes FROM ledger_tiles
          WHERE ledger_tiles.journal = journals.id AND level = 0
          ORDER BY number DESC LIMIT 1) AS last
) AS sealed
LEFT JOIN LATERAL (
    SELECT size, signed_at FROM ledger_checkpoints
    WHERE ledger_checkpoints.journal = journals.id AND key_id = $2
    ORDER BY size DESC LIMIT 1
) AS signed ON true
WHERE journals.id = $1
