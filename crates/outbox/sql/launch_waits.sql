-- Whether there is a launch to be handed out.
--
-- $1 now timestamptz
SELECT EXISTS (
    SELECT FROM deliveries WHERE state = 'due' AND kind = 'start_run' AND due_at <= $1
) AS waits
