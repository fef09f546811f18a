-- Inserts permits that were just granted, and those among them that were accounted for in the same
-- transaction. Their times are those of the event just appended. A step that has a permit already
-- is refused by permits_once_per_step.
--
-- $1 journal      smallint    $4 node_ids uuid[]    $7 sends       text[]
-- $2 campaign_ids uuid[]      $5 ids      uuid[]    $8 account_ids uuid[]
-- $3 prospect_ids uuid[]      $6 states   text[]
INSERT INTO permits (journal, campaign_id, prospect_id, node_id, id, state, send, account_id,
                     granted_at, closed_at)
SELECT $1, fresh.campaign_id, fresh.prospect_id, fresh.node_id, fresh.id, fresh.state, fresh.send,
       fresh.account_id, journals.head_at,
       CASE WHEN fresh.state <> 'open' THEN journals.head_at END
FROM journals,
     unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::uuid[])
     AS fresh (campaign_id, prospect_id, node_id, id, state, send, account_id)
WHERE journals.id = $1
