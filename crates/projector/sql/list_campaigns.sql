-- All campaigns of one tenant: active and paused ones first, the newest first among them.
--
-- $1 journal smallint    $2 user_id uuid
--
-- No rows means that the tenant has none.
SELECT id, version, created_at, updated_at, user_id, stage::text AS stage, census::text AS census,
       tally::text AS tally, settings::text AS settings, sequence::text AS sequence
FROM campaigns
WHERE journal = $1 AND user_id = $2
ORDER BY status NOT IN ('active', 'paused'), created_at DESC, id
