-- Lets go of tokens that are over.
--
-- $1 journals smallint[]    $2 campaign_ids uuid[]    $3 kinds text[]    $4 ids text[]
DELETE FROM tokens
USING unnest($1::smallint[], $2::uuid[], $3::text[], $4::text[])
      AS over (journal, campaign_id, kind, id)
WHERE tokens.journal = over.journal
  AND tokens.campaign_id = over.campaign_id
  AND tokens.kind = over.kind
  AND tokens.id = over.id
