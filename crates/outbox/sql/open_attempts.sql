-- Writes down that tokens of these deliveries are about to be sent.
--
-- $1 journals smallint[]    $2 positions bigint[]    $3 tokens int[]
--
-- Returns the attempts. A delivery without one was stopped since it was looked at.
WITH counted AS (
    UPDATE deliveries
    SET attempts = deliveries.attempts + 1
    FROM unnest($1::smallint[], $2::bigint[], $3::integer[]) AS sending (journal, position, tokens)
    WHERE deliveries.journal = sending.journal
      AND deliveries.position = sending.position
      AND deliveries.state = 'due'
    RETURNING deliveries.journal, deliveries.position, deliveries.attempts, sending.tokens
)
INSERT INTO attempts (journal, position, number, tokens)
SELECT journal, position, attempts, tokens FROM counted
RETURNING journal, position, number
