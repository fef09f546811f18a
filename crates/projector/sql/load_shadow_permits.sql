-- Loads permits into their shadow table, which has no keys yet.
COPY rebuilding.permits (journal, campaign_id, prospect_id, node_id, id, state, send, account_id,
                         granted_at, closed_at)
FROM STDIN (FORMAT binary)
