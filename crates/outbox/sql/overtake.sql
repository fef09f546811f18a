-- Cancels the open deliveries that later effects overtake, those opened just now too.
--
-- $1 journal smallint       $3 campaign_ids uuid[]    $5 overtaken text[]: what is not worth
-- $2 positions bigint[]     $4 told text[]               telling any more, one pair a row
WITH overtaken AS (
    SELECT DISTINCT ON (open.position) open.position, later.position AS later_position, later.told
    FROM unnest($2::bigint[], $3::uuid[], $4::text[], $5::text[])
         AS later (position, campaign_id, told, overtaken)
    JOIN deliveries AS open
        ON open.journal = $1
       AND open.campaign_id = later.campaign_id
       AND open.closed_at IS NULL
       AND open.told = later.overtaken
       AND open.position < later.position
    ORDER BY open.position, later.position
)
UPDATE deliveries
SET state = 'cancelled',
    closed_at = clock_timestamp(),
    reason = format('effect %s-%s (%s) overtook it', $1, overtaken.later_position, overtaken.told)
FROM overtaken
WHERE deliveries.journal = $1 AND deliveries.position = overtaken.position
