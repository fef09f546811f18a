-- Keeps tokens whose completion failed, with when they are tried again, or parked.
--
-- $1 journals smallint[]    $4 ids text[]               $7 rests in milliseconds int[]
-- $2 campaign_ids uuid[]    $5 tried_for bigint[]       $8 due_at timestamptz[]
-- $3 kinds text[]           $6 attempts int[]           $9 parked boolean[]
--                                                       $10 reasons text[]
UPDATE tokens
SET tried_for = failed.tried_for, attempts = failed.attempts,
    rest_milliseconds = failed.rest_milliseconds, due_at = failed.due_at, parked = failed.parked,
    reason = failed.reason
FROM unnest($1::smallint[], $2::uuid[], $3::text[], $4::text[], $5::bigint[], $6::integer[],
            $7::integer[], $8::timestamptz[], $9::boolean[], $10::text[])
     AS failed (journal, campaign_id, kind, id, tried_for, attempts, rest_milliseconds, due_at,
                parked, reason)
WHERE tokens.journal = failed.journal
  AND tokens.campaign_id = failed.campaign_id
  AND tokens.kind = failed.kind
  AND tokens.id = failed.id
