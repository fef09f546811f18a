-- Opens a delivery for each effect that somebody elsewhere has to hear of: that a token which was
-- registered before it waits for, that an engine has to do, or that is not understood. For every
-- other effect there is nothing to send, and no row.
--
-- $1 journal smallint       $4 kinds text[]           $7 outputs text[]
-- $2 positions bigint[]     $5 told text[]            $8 enqueued_at timestamptz[]
-- $3 campaign_ids uuid[]    $6 token_kinds text[], null for both
INSERT INTO deliveries (journal, position, campaign_id, user_id, kind, told, token_kind, output,
                        enqueued_at, state, cursor_kind, reason)
SELECT $1, fresh.position, fresh.campaign_id, coalesce(sleeper.user_id, campaigns.user_id),
       fresh.kind, fresh.told, fresh.token_kind, fresh.output::json, fresh.enqueued_at,
       CASE fresh.told WHEN 'unreadable' THEN 'parked' ELSE 'due' END,
       coalesce(fresh.token_kind, ''),
       CASE fresh.told
           WHEN 'unreadable' THEN 'this program does not understand the effect'
           WHEN 'started' THEN 'no engine has asked for it yet'
       END
FROM unnest($2::bigint[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[],
            $8::timestamptz[])
     AS fresh (position, campaign_id, kind, told, token_kind, output, enqueued_at)
LEFT JOIN LATERAL (
    SELECT tokens.user_id
    FROM tokens
    WHERE fresh.told NOT IN ('started', 'unreadable')
      AND tokens.journal = $1
      AND tokens.campaign_id = fresh.campaign_id
      AND tokens.kind BETWEEN coalesce(fresh.token_kind, 'pause')
                          AND coalesce(fresh.token_kind, 'sleep')
      AND tokens.registered_position < fresh.position
      AND tokens.owed IS NULL
    LIMIT 1
) AS sleeper ON true
LEFT JOIN campaigns ON campaigns.journal = $1 AND campaigns.id = fresh.campaign_id
WHERE sleeper.user_id IS NOT NULL OR fresh.told IN ('started', 'unreadable')
ON CONFLICT DO NOTHING
