-- Brings people to other rules. One look-up by key for each, then by place: nobody else moves these rows while
-- the journal's head is held.
--
-- $1 journal      smallint    $4 identities       bytea[]    $7 faults           text[]
-- $2 campaign_ids uuid[]      $5 email_digests    bytea[]    $8 identity_version smallint
-- $3 prospect_ids uuid[]      $6 linkedin_digests bytea[]
UPDATE people
SET identity = fresh.identity, email_digest = fresh.email_digest,
    linkedin_digest = fresh.linkedin_digest, identity_fault = fresh.fault, identity_version = $8
FROM unnest($2::uuid[], $3::uuid[], $4::bytea[], $5::bytea[], $6::bytea[], $7::text[])
     AS fresh (campaign_id, prospect_id, identity, email_digest, linkedin_digest, fault)
CROSS JOIN LATERAL (
    SELECT kept.ctid AS place
    FROM people AS kept
    WHERE kept.journal = $1
      AND kept.campaign_id = fresh.campaign_id
      AND kept.prospect_id = fresh.prospect_id
    LIMIT 1) AS found
WHERE people.ctid = found.place
