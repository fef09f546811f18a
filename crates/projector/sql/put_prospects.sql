-- Inserts or updates prospects. Their times are those of the event just appended.
--
-- $1 journal      smallint    $4 statuses text[]    $7 replies integer[]
-- $2 campaign_ids uuid[]      $5 node_ids uuid[]    $8 replied first time boolean[]
-- $3 ids          uuid[]      $6 permits  text[]    $9 bounced now        boolean[]
INSERT INTO prospects AS kept (journal, campaign_id, id, status, node_id, permits, replies,
                               replied_at, bounced_at, created_at, updated_at)
SELECT $1, fresh.campaign_id, fresh.id, fresh.status, fresh.node_id, fresh.permits::json,
       fresh.replies,
       CASE WHEN fresh.replied THEN journals.head_at END,
       CASE WHEN fresh.bounced THEN journals.head_at END,
       journals.head_at, journals.head_at
FROM journals,
     unnest($2::uuid[], $3::uuid[], $4::text[], $5::uuid[], $6::text[], $7::integer[],
            $8::boolean[], $9::boolean[])
     AS fresh (campaign_id, id, status, node_id, permits, replies, replied, bounced)
WHERE journals.id = $1
ON CONFLICT ON CONSTRAINT prospects_pk DO UPDATE
SET status = excluded.status, node_id = excluded.node_id, permits = excluded.permits,
    replies = excluded.replies, updated_at = excluded.updated_at,
    replied_at = coalesce(kept.replied_at, excluded.replied_at),
    bounced_at = coalesce(kept.bounced_at, excluded.bounced_at)
