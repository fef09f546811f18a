-- Inserts or updates prospects. Their times are those of the event just appended. A row is checked
-- as if it were new before it is found to be there: so each has the times that its status asks for,
-- and one that was there keeps its own, and its place among the others.
--
-- $1 journal      smallint    $4 statuses text[]       $7 added_versions bigint[]
-- $2 campaign_ids uuid[]      $5 node_ids uuid[]       $8 added_places   integer[]
-- $3 ids          uuid[]      $6 replies  integer[]
INSERT INTO prospects AS kept (journal, campaign_id, id, status, node_id, replies, replied_at,
                               bounced_at, created_at, updated_at, added_version, added_place)
SELECT $1, fresh.campaign_id, fresh.id, fresh.status, fresh.node_id, fresh.replies,
       CASE WHEN 0 < fresh.replies THEN journals.head_at END,
       CASE WHEN fresh.status = 'bounced' THEN journals.head_at END,
       journals.head_at, journals.head_at, fresh.added_version, fresh.added_place
FROM journals,
     unnest($2::uuid[], $3::uuid[], $4::text[], $5::uuid[], $6::integer[], $7::bigint[],
            $8::integer[])
     AS fresh (campaign_id, id, status, node_id, replies, added_version, added_place)
WHERE journals.id = $1
ON CONFLICT ON CONSTRAINT prospects_pk DO UPDATE
SET status = excluded.status, node_id = excluded.node_id,
    replies = excluded.replies, updated_at = excluded.updated_at,
    replied_at = coalesce(kept.replied_at, excluded.replied_at),
    bounced_at = coalesce(kept.bounced_at, excluded.bounced_at)
