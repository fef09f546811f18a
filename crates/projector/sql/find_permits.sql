-- Where permits are, by their ids alone: of which prospect of which campaign, in which journal.
--
-- $1 ids uuid[]
--
-- An id without a row was never a permit's, or its campaign is deleted.
SELECT found.*
FROM journals
CROSS JOIN unnest($1::uuid[]) AS asked (id)
CROSS JOIN LATERAL (
    SELECT permits.id, permits.journal, permits.campaign_id, permits.prospect_id
    FROM permits
    WHERE permits.journal = journals.id AND permits.id = asked.id
    LIMIT 1) AS found
