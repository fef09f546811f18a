-- Enqueues effects, one an event. Their time is that of the events just appended.
--
-- $1 journal smallint    $2 positions bigint[]    $4 kinds   text[]
--                        $3 campaign_ids uuid[]   $5 details text[]
INSERT INTO effects (journal, position, campaign_id, kind, detail, enqueued_at)
SELECT $1, fresh.position, fresh.campaign_id, fresh.kind, fresh.detail::json, journals.head_at
FROM journals,
     unnest($2::bigint[], $3::uuid[], $4::text[], $5::text[])
     AS fresh (position, campaign_id, kind, detail)
WHERE journals.id = $1
