-- How many tokens are owed a completion, how many of them nobody tries any more, and since when the
-- oldest is owed.
SELECT count(*) FILTER (WHERE NOT parked) AS due,
       count(*) FILTER (WHERE parked) AS parked,
       min(created_at) AS oldest_at
FROM tokens
WHERE owed IS NOT NULL
