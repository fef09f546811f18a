-- Counts the rows of the shadow tables for the planner.
ANALYZE rebuilding.campaigns, rebuilding.prospects, rebuilding.permits, rebuilding.sends
