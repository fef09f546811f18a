-- Keeps the tables of rows from being swapped until the end of the transaction. Waits for a swap that
-- is under way, and disturbs neither readers nor writers. In the order in which a swap takes them.
LOCK TABLE campaigns, permits, permits_of_accounts, prospects, sends IN ACCESS SHARE MODE
