-- Removes prospects by campaign and id: one look-up by key for each, then by place. Nobody else
-- moves these rows while the journal's head is held.
--
-- $1 journal smallint    $2 campaign_ids uuid[]    $3 ids uuid[]
DELETE FROM prospects
WHERE ctid = ANY (ARRAY(
    SELECT found.place
    FROM unnest($2::uuid[], $3::uuid[]) AS gone (campaign_id, id)
    CROSS JOIN LATERAL (
        SELECT prospects.ctid AS place
        FROM prospects
        WHERE prospects.journal = $1
          AND prospects.campaign_id = gone.campaign_id
          AND prospects.id = gone.id
        LIMIT 1) AS found))
