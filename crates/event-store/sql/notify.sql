-- Tells other processes that journals have grown. Nobody relies on it: polling is the truth.
--
-- $1 payload text: the journals' numbers, separated by commas
SELECT pg_notify('fermata_journals', $1)
