-- Forgets old tokens that nothing will ever complete: their campaign is gone, no delivery of it is
-- open, everything was taken in, and no completion is owed.
--
-- $1 before timestamptz    $2 limit bigint
DELETE FROM tokens
WHERE (journal, campaign_id, kind, id) IN (
    SELECT tokens.journal, tokens.campaign_id, tokens.kind, tokens.id
    FROM tokens
    WHERE tokens.created_at < $1
      AND tokens.owed IS NULL
      AND NOT EXISTS (
          SELECT FROM campaigns
          WHERE campaigns.journal = tokens.journal AND campaigns.id = tokens.campaign_id
      )
      AND NOT EXISTS (
          SELECT FROM deliveries
          WHERE deliveries.journal = tokens.journal
            AND deliveries.campaign_id = tokens.campaign_id
            AND deliveries.closed_at IS NULL
      )
      AND NOT EXISTS (
          SELECT FROM effects
          JOIN relay_cursors ON relay_cursors.journal = effects.journal
          WHERE effects.journal = tokens.journal
            AND effects.position > relay_cursors.position
      )
    LIMIT $2
)
