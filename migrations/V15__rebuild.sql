-- Rebuilding rows from the log while the service runs: into shadow tables of the same shape, in a
-- schema of their own, which take the place of the live ones when they have caught up.

CREATE SCHEMA rebuilding;

-- What is derived from the log, and by which form of the program's fold. A newer program whose fold
-- has another version rebuilds it.
CREATE TABLE projections (
    name       text        NOT NULL,
    -- 0: to be rebuilt in any case.
    version    integer     NOT NULL,
    -- When it was last rebuilt; null for one that has only ever grown with the log.
    rebuilt_at timestamptz,

    CONSTRAINT projections_pk                        PRIMARY KEY (name),
    CONSTRAINT projections_versions_are_not_negative CHECK (version >= 0)
);

INSERT INTO projections (name, version)
VALUES ('campaigns', 1), ('prospects', 1), ('permits', 1), ('sends', 1);

CREATE TABLE rebuilds (
    id            bigint      NOT NULL GENERATED ALWAYS AS IDENTITY,
    -- What takes the place of the live tables in the end, at which versions.
    projections   text[]      NOT NULL,
    versions      integer[]   NOT NULL,
    phase         text        NOT NULL DEFAULT 'waiting',
    requested_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- When a process took it up last, and how many events had been read by then.
    taken_up_at   timestamptz,
    events_before bigint      NOT NULL DEFAULT 0,
    ended_at      timestamptz,
    -- Why it failed.
    failure       text,

    CONSTRAINT rebuilds_pk                    PRIMARY KEY (id),
    CONSTRAINT rebuilds_phase_is_known        CHECK
        (phase IN ('waiting', 'loading', 'indexing', 'catching_up', 'done', 'cancelled', 'failed')),
    CONSTRAINT rebuilds_are_over_when_ended   CHECK
        ((phase IN ('done', 'cancelled', 'failed')) = (ended_at IS NOT NULL)),
    CONSTRAINT rebuilds_fail_for_a_reason     CHECK ((phase = 'failed') = (failure IS NOT NULL)),
    CONSTRAINT rebuilds_name_their_versions   CHECK
        (cardinality(projections) >= 1 AND cardinality(projections) = cardinality(versions))
);

CREATE UNIQUE INDEX rebuilds_one_at_a_time ON rebuilds ((ended_at IS NULL)) WHERE ended_at IS NULL;

-- How far a rebuild has come. Moved in the transaction of the rows that it tells of.
CREATE TABLE rebuild_progress (
    rebuild        bigint   NOT NULL,
    journal        smallint NOT NULL,
    -- The head of the journal when the rebuild began: what is loaded in bulk.
    target         bigint   NOT NULL,
    -- Campaigns up to this one are in the shadow tables.
    after_campaign uuid,
    events         bigint   NOT NULL DEFAULT 0,
    is_loaded      boolean  NOT NULL DEFAULT false,

    CONSTRAINT rebuild_progress_pk           PRIMARY KEY (rebuild, journal),
    CONSTRAINT rebuild_progress_of_a_rebuild FOREIGN KEY (rebuild)
        REFERENCES rebuilds (id) ON DELETE CASCADE
);

-- The schema of the live tables.
CREATE FUNCTION live_schema() RETURNS text LANGUAGE sql STABLE AS $$
    SELECT nspname::text FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE pg_class.oid = 'events'::regclass
$$;

CREATE FUNCTION drop_shadows() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    shadows text;
BEGIN
    SELECT string_agg(format('rebuilding.%I', relname), ', ') INTO shadows
    FROM pg_class
    WHERE relnamespace = 'rebuilding'::regnamespace AND relkind = 'r';
    IF shadows IS NOT NULL THEN
        EXECUTE 'DROP TABLE ' || shadows;
    END IF;
END
$$;

-- Makes empty tables with the columns, checks and settings of the live ones, and without what is cheaper
-- to make when they are full: see finish_shadows. Whoever may read the live ones may read them.
CREATE FUNCTION make_shadows() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    live record;
    grants text;
BEGIN
    PERFORM drop_shadows();
    FOR live IN
        SELECT pg_class.oid, relname, reloptions, relacl, pg_get_userbyid(relowner) AS owner
        FROM projections
        JOIN pg_class ON pg_class.oid = format('%I.%I', live_schema(), name)::regclass
    LOOP
        EXECUTE format('CREATE TABLE rebuilding.%1$I (LIKE %2$I.%1$I INCLUDING ALL
                                                      EXCLUDING INDEXES)',
                       live.relname, live_schema());
        IF live.reloptions IS NOT NULL THEN
            EXECUTE format('ALTER TABLE rebuilding.%I SET (%s)',
                           live.relname, array_to_string(live.reloptions, ', '));
        END IF;
        IF live.owner <> current_user THEN
            EXECUTE format('ALTER TABLE rebuilding.%I OWNER TO %I', live.relname, live.owner);
        END IF;
        FOR grants IN
            SELECT format('GRANT %s ON rebuilding.%I TO %s', privilege_type, live.relname,
                          CASE grantee WHEN 0 THEN 'PUBLIC'
                                       ELSE quote_ident(pg_get_userbyid(grantee)) END)
            FROM aclexplode(live.relacl)
        LOOP
            EXECUTE grants;
        END LOOP;
    END LOOP;
    -- Rows take their time from the head of their journal; so do the shadows, from a head of their own.
    CREATE TABLE rebuilding.journals (
        id      smallint    NOT NULL PRIMARY KEY,
        head    bigint      NOT NULL,
        head_at timestamptz NOT NULL
    );
END
$$;

-- Gives the shadows the next thing that the live tables have and they have not: a count of their rows for
-- the planner in turn 0, keys in 1, other indexes in 2, references in 3, which rows are held to in 4; of the turns
-- up to `last_turn`, and of a table that nobody else is at. Tells its name, or null when nothing is left.
CREATE FUNCTION finish_shadows(last_turn integer) RETURNS text LANGUAGE plpgsql
SET maintenance_work_mem = '256MB' AS $$
DECLARE
    missing record;
BEGIN
    -- Names in definitions are given without the schema that is searched.
    PERFORM set_config('search_path', live_schema(), true);
    FOR missing IN
        WITH shadow AS (
            SELECT name, name::regclass AS live, format('rebuilding.%I', name)::regclass AS oid
            FROM projections
        )
        SELECT * FROM (
            SELECT name AS of_table, 'rows of ' || name AS name,
                   format('ANALYZE rebuilding.%I', name) AS making, 0 AS turn
            FROM shadow JOIN pg_class USING (oid)
            WHERE reltuples < 0
            UNION ALL
            SELECT shadow.name, conname,
                   format('ALTER TABLE rebuilding.%I ADD CONSTRAINT %I %s%s', shadow.name, conname,
                          replace(pg_get_constraintdef(had.oid),
                                  ' REFERENCES ', ' REFERENCES rebuilding.'),
                          CASE WHEN contype = 'f' AND convalidated THEN ' NOT VALID' END),
                   CASE contype WHEN 'f' THEN 3 ELSE 1 END
            FROM shadow
            JOIN pg_constraint AS had ON conrelid = live AND contype IN ('p', 'u', 'x', 'f')
            WHERE NOT EXISTS (SELECT FROM pg_constraint AS made
                              WHERE made.conrelid = shadow.oid AND made.conname = had.conname)
            UNION ALL
            SELECT shadow.name, relname,
                   replace(pg_get_indexdef(indexrelid),
                           format(' ON %I.%I ', live_schema(), shadow.name),
                           format(' ON rebuilding.%I ', shadow.name)),
                   2
            FROM shadow
            JOIN pg_index ON indrelid = live
            JOIN pg_class ON pg_class.oid = indexrelid
            WHERE NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype <> 'f')
              AND to_regclass(format('rebuilding.%I', relname)) IS NULL
            UNION ALL
            SELECT shadow.name, conname,
                   format('ALTER TABLE rebuilding.%I VALIDATE CONSTRAINT %I', shadow.name, conname), 4
            FROM shadow
            JOIN pg_constraint ON conrelid = shadow.oid AND NOT convalidated
        ) AS wanted
        WHERE turn <= last_turn
        -- The largest first, because it is waited for.
        ORDER BY pg_relation_size(format('rebuilding.%I', of_table)) DESC, of_table, turn, name
    LOOP
        CONTINUE WHEN NOT pg_try_advisory_xact_lock(
            hashtextextended('fermata.rebuild.' || missing.of_table, 0));
        -- Somebody may have made it since it was found missing. Asked of the table itself: what this
        -- session remembers of names may be older than the lock.
        CONTINUE WHEN missing.turn IN (1, 2)
                  AND EXISTS (SELECT FROM pg_class
                              WHERE relnamespace = 'rebuilding'::regnamespace
                                AND relname = missing.name);
        EXECUTE missing.making;
        RETURN missing.name;
    END LOOP;
    RETURN NULL;
END
$$;

-- Takes the shadows, for which only PostgreSQL's own cleaning is waited for, then the live tables and
-- then the heads of all journals, so that nobody reads or writes rows until the end of the transaction.
-- Tables before heads, as lanes have it.
CREATE FUNCTION take_everything() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    shadows text;
    live text;
BEGIN
    SELECT string_agg(format('rebuilding.%I', name), ', ' ORDER BY name),
           string_agg(format('%I.%I', live_schema(), name), ', ' ORDER BY name)
    INTO shadows, live
    FROM projections;
    EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', shadows);
    EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', live);
    EXECUTE format('SELECT FROM %I.journals ORDER BY id FOR UPDATE', live_schema());
END
$$;

-- The columns and checks of the derived tables of a schema, as text.
CREATE FUNCTION shape_of(schema_name text) RETURNS TABLE (line text) LANGUAGE sql STABLE AS $$
    SELECT format('%s.%s %s %s %s %s', relname, attname, format_type(atttypid, atttypmod), attnotnull,
                  attgenerated, pg_get_expr(adbin, adrelid))
    FROM projections
    JOIN pg_class ON pg_class.oid = to_regclass(format('%I.%I', schema_name, name))
    JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped
    LEFT JOIN pg_attrdef ON adrelid = pg_class.oid AND adnum = attnum
    UNION ALL
    SELECT format('%s %s %s', relname, conname, pg_get_constraintdef(pg_constraint.oid))
    FROM projections
    JOIN pg_class ON pg_class.oid = to_regclass(format('%I.%I', schema_name, name))
    JOIN pg_constraint ON conrelid = pg_class.oid AND contype = 'c'
$$;

-- Whether there are shadows that the live tables could be replaced by: a migration may have changed
-- those since.
CREATE FUNCTION shadows_fit() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT to_regclass('rebuilding.journals') IS NOT NULL
       AND NOT EXISTS ((SELECT line FROM shape_of(live_schema())
                        EXCEPT SELECT line FROM shape_of('rebuilding'))
                       UNION ALL
                       (SELECT line FROM shape_of('rebuilding')
                        EXCEPT SELECT line FROM shape_of(live_schema())))
$$;

-- Puts the shadows of `names` in the place of the live tables, and drops the rest. The caller holds
-- everything. References between a table that is replaced and one that stays are made anew, for new rows
-- at once; validate_rows looks at the others.
CREATE FUNCTION switch_shadows(names text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    crossing record;
    remaking text[] := '{}';
    replaced text;
BEGIN
    IF NOT shadows_fit() THEN
        RAISE EXCEPTION 'the tables were changed since the rebuild began' USING ERRCODE = 'FM004';
    END IF;
    PERFORM set_config('search_path', live_schema(), true);
    FOR crossing IN
        SELECT conname, held.relname AS of_table, referred.relname AS of_referred,
               pg_get_constraintdef(pg_constraint.oid) AS definition
        FROM pg_constraint
        JOIN pg_class AS held ON held.oid = conrelid
        JOIN pg_class AS referred ON referred.oid = confrelid
        WHERE contype = 'f'
          AND held.relnamespace = live_schema()::regnamespace
          AND (held.relname = ANY (names)) <> (referred.relname = ANY (names))
          AND held.relname IN (SELECT name FROM projections)
    LOOP
        EXECUTE format('ALTER TABLE %I DROP CONSTRAINT %I', crossing.of_table, crossing.conname);
        EXECUTE format('ALTER TABLE rebuilding.%I DROP CONSTRAINT %I',
                       crossing.of_table, crossing.conname);
        remaking := remaking || format('ALTER TABLE %I ADD CONSTRAINT %I %s NOT VALID',
                                       crossing.of_table, crossing.conname, crossing.definition);
    END LOOP;
    SELECT string_agg(quote_ident(name), ', ') INTO replaced FROM unnest(names) AS name;
    EXECUTE 'DROP TABLE ' || replaced;
    FOR replaced IN SELECT unnest(names) LOOP
        EXECUTE format('ALTER TABLE rebuilding.%I SET SCHEMA %I', replaced, live_schema());
    END LOOP;
    FOREACH replaced IN ARRAY remaking LOOP
        EXECUTE replaced;
    END LOOP;
    PERFORM drop_shadows();
    -- What lanes remember of rows is worth nothing any more.
    UPDATE journals SET fence = fence + 1;
END
$$;

-- Looks at the rows that a reference made by switch_shadows has not been held to. Tells its name, or
-- null when nothing is left.
CREATE FUNCTION validate_rows() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    open record;
BEGIN
    SELECT conname, conrelid::regclass AS of_table INTO open
    FROM pg_constraint
    WHERE NOT convalidated
      AND conrelid IN (SELECT format('%I.%I', live_schema(), name)::regclass FROM projections)
    LIMIT 1;
    IF open.conname IS NOT NULL THEN
        EXECUTE format('ALTER TABLE %s VALIDATE CONSTRAINT %I', open.of_table, open.conname);
    END IF;
    RETURN open.conname;
END
$$;
