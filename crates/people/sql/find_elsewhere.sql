-- Whom the launch of these campaigns must leave out: prospects whose LinkedIn profile is in
-- another campaign of the same user that is launching, active or paused and has not finished with
-- them. Only of campaigns that are told to leave such people out.
--
-- $1 journal smallint    $2 campaign_ids uuid[]
--
-- No rows means that nobody is left out.
SELECT launched.id AS campaign_id, own.prospect_id
FROM campaigns AS launched
JOIN people AS own ON own.journal = $1 AND own.campaign_id = launched.id
WHERE launched.journal = $1
  AND launched.id = ANY ($2)
  AND launched.status IN ('draft', 'launching')
  AND launched.settings ->> 'type' = 'linkedin'
  AND launched.settings ->> 'skip_other_campaigns' = 'true'
  AND EXISTS (
      SELECT 1
      FROM people AS other
      JOIN campaigns AS busy ON busy.journal = $1 AND busy.id = other.campaign_id
      JOIN prospects AS met ON met.journal = $1
                           AND met.campaign_id = other.campaign_id
                           AND met.id = other.prospect_id
      WHERE other.journal = $1
        AND other.linkedin_digest = own.linkedin_digest
        AND other.campaign_id <> launched.id
        AND busy.user_id = launched.user_id
        AND busy.status IN ('launching', 'active', 'paused')
        AND met.status IN ('pending', 'connection_sent', 'connected', 'message_sent', 'sent'))
ORDER BY own.campaign_id, own.prospect_id
