-- The archive: old events of a journal, moved out of `events` into partitions by ranges of positions.
-- A partition can be detached and kept elsewhere; attached, it is read as if nothing had been moved.
--
-- `events` always has the newest event of a journal and everything behind its own oldest one, so
-- who reads near the head never looks here.

CREATE TABLE archived_events (
    journal        smallint    NOT NULL,
    position       bigint      NOT NULL,
    campaign_id    uuid        NOT NULL,
    version        bigint      NOT NULL,
    event_id       uuid        NOT NULL,
    schema_version smallint    NOT NULL,
    recorded_at    timestamptz NOT NULL,
    type           text        NOT NULL,
    payload        json        NOT NULL,
    metadata       json        NOT NULL,

    CONSTRAINT archived_events_pk PRIMARY KEY (journal, position)
) PARTITION BY RANGE (journal, position);

CREATE INDEX archived_events_of_a_campaign ON archived_events (journal, campaign_id, version);

-- As `events` has it, for the feed of activities.
CREATE INDEX archived_events_of_prospects
    ON archived_events (journal, campaign_id, recorded_at, event_id)
    WHERE type IN ('SendSucceeded', 'SendFailed', 'ProspectConnected', 'ProspectReplied',
                   'ProspectBounced', 'ProspectCompleted', 'ProspectTimedOut', 'ProspectCancelled');

-- The partitions, also those that were detached since.
CREATE TABLE archives (
    journal        smallint    NOT NULL,
    first_position bigint      NOT NULL,
    last_position  bigint      NOT NULL,
    name           text        NOT NULL,
    made_at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- When everything of its range had been moved. Null while that goes on.
    filled_at      timestamptz,

    CONSTRAINT archives_pk              PRIMARY KEY (journal, first_position),
    CONSTRAINT archives_are_named_once  UNIQUE (name),
    CONSTRAINT archives_have_an_end     CHECK (first_position <= last_position)
);

-- Every event, wherever it is. Plans of questions by journal and position, and by journal, campaign
-- and version, use the indexes of both sides.
CREATE VIEW all_events AS
SELECT journal, position, campaign_id, version, event_id, schema_version, recorded_at, type, payload,
       metadata
FROM events
UNION ALL
SELECT journal, position, campaign_id, version, event_id, schema_version, recorded_at, type, payload,
       metadata
FROM archived_events;

-- Nothing is removed but what the archive has, byte for byte; and never from the middle, nor the
-- newest. This holds for everybody, also for whoever moves events there.
--
-- Without nested loops: nobody has counted a new partition yet, and who takes it for empty would
-- compare all with all.
CREATE FUNCTION refuse_to_lose_history() RETURNS trigger LANGUAGE plpgsql
SET enable_nestloop = off AS $$
DECLARE
    refusal text;
BEGIN
    SELECT format('position %s of journal %s is not in the archive as it is here',
                  removed.position, removed.journal)
    INTO refusal
    FROM removed
    WHERE NOT EXISTS (
        SELECT FROM archived_events AS kept
        WHERE kept.journal = removed.journal
          AND kept.position = removed.position
          AND kept.campaign_id = removed.campaign_id
          AND kept.version = removed.version
          AND kept.event_id = removed.event_id
          AND kept.schema_version = removed.schema_version
          AND kept.recorded_at = removed.recorded_at
          AND kept.type = removed.type
          AND kept.payload::text = removed.payload::text
          AND kept.metadata::text = removed.metadata::text)
    LIMIT 1;
    IF refusal IS NULL THEN
        SELECT format('journal %s would keep neither its newest event nor all that follows its '
                      'oldest', ends.journal)
        INTO refusal
        FROM (SELECT removed.journal, max(removed.position) AS position
              FROM removed GROUP BY removed.journal) AS ends
        WHERE NOT EXISTS (SELECT FROM events
                          WHERE events.journal = ends.journal AND events.position > ends.position)
           OR EXISTS (SELECT FROM events
                      WHERE events.journal = ends.journal AND events.position < ends.position)
        LIMIT 1;
    END IF;
    IF refusal IS NOT NULL THEN
        RAISE EXCEPTION 'events are never changed or removed: %', refusal
            USING ERRCODE = 'FM002', HINT = '`fermata archive` moves old events.';
    END IF;
    RETURN NULL;
END
$$;

DROP TRIGGER events_are_append_only ON events;

CREATE TRIGGER events_are_append_only
    BEFORE UPDATE OR TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_history();

CREATE TRIGGER events_are_removed_into_the_archive_alone
    AFTER DELETE ON events REFERENCING OLD TABLE AS removed
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_lose_history();

CREATE TRIGGER archived_events_are_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON archived_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_history();

REVOKE UPDATE, DELETE, TRUNCATE ON archived_events FROM PUBLIC;

-- Makes a partition for a range of positions, and tells its name. Waits until nobody reads the archive
-- by a plan that does not know of it: from then on, an event that is moved is found in its new place.
-- Tables cannot be named by a parameter, hence the text.
CREATE FUNCTION make_archive(of_journal smallint, first bigint, last bigint) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    made text := format('archived_events_%s_%s', of_journal, first);
BEGIN
    LOCK TABLE archived_events IN ACCESS EXCLUSIVE MODE;
    EXECUTE format('CREATE TABLE %I PARTITION OF archived_events
                    FOR VALUES FROM (%s, %s) TO (%s, %s)',
                   made, of_journal, first, of_journal, last + 1);
    EXECUTE format('CREATE TRIGGER archived_events_are_append_only
                    BEFORE UPDATE OR DELETE OR TRUNCATE ON %I
                    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_history()', made);
    EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON %I FROM PUBLIC', made);
    INSERT INTO archives (journal, first_position, last_position, name)
    VALUES (of_journal, first, last, made);
    RETURN made;
END
$$;
