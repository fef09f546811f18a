-- Everything that was sent for campaigns of one journal, for comparing rows with a replay.
--
-- $1 journal smallint
SELECT account_id, campaign_id, day, kind, count
FROM sends
WHERE journal = $1
