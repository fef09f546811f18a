-- Whether there is a token to be completed elsewhere.
--
-- $1 now timestamptz
SELECT EXISTS (
    SELECT FROM deliveries WHERE state = 'due' AND kind <> 'start_run' AND due_at <= $1
) OR EXISTS (
    SELECT FROM tokens WHERE owed IS NOT NULL AND NOT parked AND due_at <= $1
) AS waits
