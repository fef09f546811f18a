-- The tokens that a delivery has not completed yet, those of them that nobody tries any more, and
-- one of those with what was answered last.
--
-- $1 journal smallint    $2 position bigint
SELECT count(*) AS tokens,
       count(*) FILTER (WHERE tokens.parked AND tokens.tried_for = deliveries.position) AS parked,
       min(tokens.id) FILTER (WHERE tokens.parked AND tokens.tried_for = deliveries.position)
           AS example
FROM deliveries
JOIN tokens
    ON tokens.journal = deliveries.journal
   AND tokens.campaign_id = deliveries.campaign_id
   AND tokens.kind BETWEEN coalesce(deliveries.token_kind, 'pause')
                       AND coalesce(deliveries.token_kind, 'sleep')
   AND tokens.registered_position < deliveries.position
   AND tokens.owed IS NULL
WHERE deliveries.journal = $1 AND deliveries.position = $2 AND deliveries.closed_at IS NULL
