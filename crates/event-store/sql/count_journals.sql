-- How many journals the database has. 0 before they are made.
SELECT count(*) FROM journals
