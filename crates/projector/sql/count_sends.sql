-- Counts what accounts sent for campaigns on the day, by UTC, of the journal's latest event.
--
-- $1 journal smallint    $2 account_ids  uuid[]    $4 kinds  text[]
--                        $3 campaign_ids uuid[]    $5 counts integer[]
INSERT INTO sends (journal, account_id, campaign_id, day, kind, count)
SELECT $1, fresh.account_id, fresh.campaign_id, (journals.head_at AT TIME ZONE 'UTC')::date,
       fresh.kind, fresh.count
FROM journals,
     unnest($2::uuid[], $3::uuid[], $4::text[], $5::integer[])
     AS fresh (account_id, campaign_id, kind, count)
WHERE journals.id = $1
ON CONFLICT (journal, account_id, day, campaign_id, kind)
DO UPDATE SET count = sends.count + excluded.count
