-- Files people, or replaces what is on file about them. What reaches them is known by the rules of $19; where
-- its text stays as it is, it stays known by those of before, also beside somebody who is reached by the same.
--
-- $1 journal          smallint    $7  linkedin_digests bytea[]    $13 companies     text[]
-- $2 campaign_ids     uuid[]      $8  emails           text[]     $14 positions     text[]
-- $3 prospect_ids     uuid[]      $9  linkedin_urls    text[]     $15 headlines     text[]
-- $4 user_ids         uuid[]      $10 first_names      text[]     $16 custom_fields text[]
-- $5 identities       bytea[]     $11 last_names       text[]     $17 sources       text[]
-- $6 email_digests    bytea[]     $12 names            text[]     $18 source_refs   text[]
-- $19 identity_version smallint
INSERT INTO people AS kept (journal, campaign_id, prospect_id, user_id, identity, email_digest,
                    linkedin_digest, email, linkedin_url, first_name, last_name, name, company,
                    "position", headline, custom_fields, source, source_ref, identity_version)
SELECT $1, fresh.campaign_id, fresh.prospect_id, fresh.user_id, fresh.identity,
       fresh.email_digest, fresh.linkedin_digest, fresh.email, fresh.linkedin_url,
       fresh.first_name, fresh.last_name, fresh.name, fresh.company, fresh."position",
       fresh.headline, fresh.custom_fields::json, fresh.source, fresh.source_ref,
       $19
FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::bytea[], $6::bytea[], $7::bytea[], $8::text[],
            $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[],
            $15::text[], $16::text[], $17::text[], $18::text[])
     AS fresh (campaign_id, prospect_id, user_id, identity, email_digest, linkedin_digest, email,
               linkedin_url, first_name, last_name, name, company, "position", headline,
               custom_fields, source, source_ref)
ON CONFLICT ON CONSTRAINT people_pk DO UPDATE
SET identity = CASE
        WHEN excluded.identity = excluded.email_digest AND kept.email = excluded.email
          OR excluded.identity = excluded.linkedin_digest
             AND kept.linkedin_url = excluded.linkedin_url
        THEN kept.identity ELSE excluded.identity END,
    identity_fault = CASE
        WHEN excluded.identity = excluded.email_digest AND kept.email = excluded.email
          OR excluded.identity = excluded.linkedin_digest
             AND kept.linkedin_url = excluded.linkedin_url
        THEN kept.identity_fault END,
    identity_version = CASE
        WHEN kept.email = excluded.email OR kept.linkedin_url = excluded.linkedin_url
        THEN least(kept.identity_version, excluded.identity_version)
        ELSE excluded.identity_version END,
    email_digest = CASE WHEN kept.email = excluded.email
                        THEN kept.email_digest ELSE excluded.email_digest END,
    linkedin_digest = CASE WHEN kept.linkedin_url = excluded.linkedin_url
                           THEN kept.linkedin_digest ELSE excluded.linkedin_digest END,
    email = excluded.email,
    linkedin_url = excluded.linkedin_url, first_name = excluded.first_name,
    last_name = excluded.last_name, name = excluded.name, company = excluded.company,
    "position" = excluded."position", headline = excluded.headline,
    custom_fields = excluded.custom_fields, source = excluded.source,
    source_ref = excluded.source_ref
