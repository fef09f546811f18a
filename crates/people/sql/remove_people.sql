-- Removes what is on file about prospects: one look-up by key for each, then by place. Nobody else
-- moves these rows while the journal's head is held.
--
-- $1 journal smallint    $2 campaign_ids uuid[]    $3 prospect_ids uuid[]
DELETE FROM people
WHERE ctid = ANY (ARRAY(
    SELECT found.place
    FROM unnest($2::uuid[], $3::uuid[]) AS gone (campaign_id, prospect_id)
    CROSS JOIN LATERAL (
        SELECT people.ctid AS place
        FROM people
        WHERE people.journal = $1
          AND people.campaign_id = gone.campaign_id
          AND people.prospect_id = gone.prospect_id
        LIMIT 1) AS found))
