-- Stores answers in the transaction of what they answer.
--
-- $1 journal  smallint    $3 keys         text[]     $5 statuses smallint[]    $7 versions bigint[]
-- $2 user_ids uuid[]      $4 fingerprints bytea[]    $6 bodies   text[]
INSERT INTO answers (journal, user_id, key, fingerprint, status, body, version, stored_at)
SELECT $1, fresh.user_id, fresh.key, fresh.fingerprint, fresh.status, fresh.body, fresh.version,
       clock_timestamp()
FROM unnest($2::uuid[], $3::text[], $4::bytea[], $5::smallint[], $6::text[], $7::bigint[])
     AS fresh (user_id, key, fingerprint, status, body, version)
