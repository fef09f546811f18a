-- By which rules it is known what reaches somebody, so that better rules can take the place of these. A
-- program brings rows of older rules along, some at a time; two people of a campaign who turn out to be
-- one stay both, and the one without the key is marked.

ALTER TABLE people
    -- What a program of before writes is by the first rules.
    ADD COLUMN identity_version smallint NOT NULL DEFAULT 1,
    -- doubled: reached by the same as somebody else of the campaign, who has the key; this one keeps the one
    -- of before. unknown: what is on file is no address by these rules; found by those of before.
    ADD COLUMN identity_fault   text,
    ADD CONSTRAINT people_identity_faults_are_known CHECK (identity_fault IN ('doubled', 'unknown')),
    DROP CONSTRAINT people_are_known_by_their_channel,
    ADD CONSTRAINT people_are_known_by_their_channel CHECK
        (identity_fault = 'doubled' OR identity IN (email_digest, linkedin_digest));

CREATE INDEX people_of_older_rules ON people (journal, user_id, campaign_id, prospect_id)
    WHERE identity_version < 2;

CREATE INDEX people_with_a_fault ON people (journal, campaign_id, prospect_id)
    WHERE identity_fault IS NOT NULL;

-- A program of before that edits somebody does not name the version: then what it wrote is by the first rules,
-- and marks nobody. Triggers run in the order of their names, and only for columns that a statement names:
-- who names the version has it kept by the first, and found again by the second.
CREATE FUNCTION keep_identity_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.identity_version := -NEW.identity_version;
    RETURN NEW;
END
$$;

CREATE FUNCTION find_identity_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.identity_version < 0 THEN
        NEW.identity_version := -NEW.identity_version;
    ELSE
        NEW.identity_version := 1;
        NEW.identity_fault := NULL;
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER people_1_keep_identity_version BEFORE UPDATE OF identity_version ON people
    FOR EACH ROW EXECUTE FUNCTION keep_identity_version();
CREATE TRIGGER people_2_find_identity_version BEFORE UPDATE OF identity ON people
    FOR EACH ROW EXECUTE FUNCTION find_identity_version();
