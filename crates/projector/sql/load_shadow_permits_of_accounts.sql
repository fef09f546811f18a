-- Loads counts of permits into their shadow table, which has no keys yet.
COPY rebuilding.permits_of_accounts (journal, user_id, account_id, day, campaign_id, kind, count)
FROM STDIN (FORMAT binary)
