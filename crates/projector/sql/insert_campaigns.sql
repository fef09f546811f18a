-- Inserts the rows of new campaigns. Their time is that of the event just appended.
--
-- $1 journal smallint    $3 versions bigint[]    $6 tallies text[]      $9 settings   text[]
-- $2 ids     uuid[]      $4 stages   text[]      $7 user_ids uuid[]     $10 sequences text[]
--                        $5 censuses text[]      $8 names    text[]
INSERT INTO campaigns (journal, id, version, stage, census, tally, user_id, name, settings,
                       sequence, created_at, updated_at)
SELECT $1, fresh.id, fresh.version, fresh.stage::json, fresh.census::json, fresh.tally::json,
       fresh.user_id, fresh.name, fresh.settings::json, fresh.sequence::json,
       journals.head_at, journals.head_at
FROM journals,
     unnest($2::uuid[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::uuid[], $8::text[],
            $9::text[], $10::text[])
     AS fresh (id, version, stage, census, tally, user_id, name, settings, sequence)
WHERE journals.id = $1
