-- The effects of a journal behind its cursor, in the order of their events, and who has to hear of
-- each: built-in tokens, tokens that were made elsewhere, deliveries that may be overtaken. Stands
-- behind the waking lock, so everybody who was registered before an effect is seen.
--
-- $1 journal smallint    $2 limit bigint
SELECT effects.position, effects.campaign_id, effects.kind, effects.detail::text AS detail,
       effects.enqueued_at,
       EXISTS (SELECT FROM slept_on
               WHERE slept_on.journal = $1
                 AND slept_on.campaign_id = effects.campaign_id) AS is_slept_on,
       EXISTS (SELECT FROM tokens
               WHERE tokens.journal = $1
                 AND tokens.campaign_id = effects.campaign_id) AS has_tokens,
       effects.kind <> 'complete_waitpoints'
           OR EXISTS (SELECT FROM deliveries
                      WHERE deliveries.journal = $1
                        AND deliveries.campaign_id = effects.campaign_id
                        AND deliveries.closed_at IS NULL
                        AND deliveries.told NOT IN ('started', 'unreadable')) AS has_open
FROM effects
WHERE effects.journal = $1
  AND effects.position > (SELECT position FROM relay_cursors WHERE journal = $1)
ORDER BY effects.position
LIMIT $2
