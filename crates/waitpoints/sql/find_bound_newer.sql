-- The last of the tokens that list_newer.sql looks at, if there are as many as it may look at.
--
-- $1 journal  smallint    $3 from (including) text    $5 looked at bigint
-- $2 campaign uuid        $4 to (excluding)   text
--
-- No row: it looks at all there are.
SELECT id
FROM waitpoints
WHERE ($2::uuid IS NULL OR (journal = $1 AND campaign_id = $2))
  AND id >= $3 AND id < $4
ORDER BY id ASC
OFFSET $5::bigint - 1
LIMIT 1
