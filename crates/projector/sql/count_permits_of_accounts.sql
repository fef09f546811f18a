-- Counts permits that were granted for accounts. A permit that does not say for which day counts for
-- that, by UTC, of the journal's latest event.
--
-- $1 journal smallint    $2 user_ids     uuid[]    $5 days   date[], null within
--                        $3 account_ids  uuid[]    $6 kinds  text[]
--                        $4 campaign_ids uuid[]    $7 counts integer[]
INSERT INTO permits_of_accounts (journal, user_id, account_id, day, campaign_id, kind, count)
SELECT $1, fresh.user_id, fresh.account_id,
       coalesce(fresh.day, (journals.head_at AT TIME ZONE 'UTC')::date),
       fresh.campaign_id, fresh.kind, sum(fresh.count)
FROM journals,
     unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::date[], $6::text[], $7::integer[])
     AS fresh (user_id, account_id, campaign_id, day, kind, count)
WHERE journals.id = $1
GROUP BY 2, 3, 4, 5, 6
ON CONFLICT (journal, account_id, day, user_id, campaign_id, kind)
DO UPDATE SET count = permits_of_accounts.count + excluded.count
