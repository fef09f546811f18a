-- The first open permits of a campaign at one version of it.
--
-- $1 journal smallint    $2 campaign_id uuid    $3 version bigint    $4 limit bigint
--
-- No rows means that none was open, or that the campaign is at another version.
SELECT permits.campaign_id, permits.prospect_id, permits.node_id, permits.id, permits.state,
       permits.send, permits.account_id, permits.granted_at, permits.closed_at
FROM campaigns
JOIN permits ON permits.journal = campaigns.journal
            AND permits.campaign_id = campaigns.id
            AND permits.state = 'open'
WHERE campaigns.journal = $1 AND campaigns.id = $2 AND campaigns.version = $3
ORDER BY permits.id
LIMIT $4
