-- Notes that tokens are registered with a campaign, if the campaign is there.
--
-- $1 journal smallint    $2 campaign_id uuid
INSERT INTO slept_on (journal, campaign_id)
SELECT journal, id FROM campaigns WHERE journal = $1 AND id = $2
ON CONFLICT DO NOTHING
