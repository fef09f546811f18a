-- Closes a launch: its run was started elsewhere (delivered), or cannot be (cancelled).
--
-- $1 journal smallint    $2 position bigint    $3 state text    $4 reason text
UPDATE deliveries
SET state = $3, completed = CASE $3 WHEN 'delivered' THEN 1 ELSE 0 END, reason = $4,
    closed_at = clock_timestamp()
WHERE journal = $1 AND position = $2 AND closed_at IS NULL
