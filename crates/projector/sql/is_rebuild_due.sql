-- Whether there is anything to do: a rebuild is not over, or something is left of one that was cancelled.
SELECT EXISTS (SELECT FROM rebuilds WHERE ended_at IS NULL)
       OR to_regclass('rebuilding.journals') IS NOT NULL AS is_due
