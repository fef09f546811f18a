-- Which journals have tokens whose time ran out.
--
-- $1 now timestamptz
SELECT journals.id
FROM journals
WHERE EXISTS (
    SELECT FROM waitpoints
    WHERE waitpoints.journal = journals.id AND waitpoints.settled_at IS NULL
      AND waitpoints.timeout_at <= $1
)
