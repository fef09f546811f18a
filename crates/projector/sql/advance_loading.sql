-- Notes that campaigns up to one are loaded, in the transaction that loads them.
--
-- $1 rebuild bigint    $3 campaigns were loaded up to uuid, or null    $5 events read, bigint
-- $2 journal smallint  $4 now they are up to uuid, or null             $6 whether that is all, boolean
--
-- Returns how many events were read, of how many there must be. No row is changed when the rebuild was cancelled, or somebody else has gone on in between.
UPDATE rebuild_progress
SET after_campaign = $4, events = events + $5, is_loaded = $6
WHERE rebuild = $1 AND journal = $2 AND after_campaign IS NOT DISTINCT FROM $3 AND NOT is_loaded
  AND EXISTS (SELECT FROM rebuilds WHERE id = $1 AND ended_at IS NULL)
RETURNING events, target
