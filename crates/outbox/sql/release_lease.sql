-- Gives a lease back, so that the next process need not wait for its end.
--
-- $1 name text    $2 holder text
UPDATE leases SET until = '-infinity' WHERE name = $1 AND holder = $2
