-- The reference's tables: the service's own, copied by shape, indexes and constraints, with the same campaigns in
-- them, so that rows and pages are as wide. Left out is what would only slow it down: the trigger that guards the
-- events, and the head that makes positions dense (a sequence hands them out instead).
--
-- A campaign's id is twelve digits of its number, then zeros: what pgbench can make from a number.
CREATE SCHEMA reference;

CREATE TABLE reference.campaigns (LIKE public.campaigns INCLUDING ALL) WITH (fillfactor = 70);
CREATE TABLE reference.events (LIKE public.events INCLUDING ALL);
CREATE TABLE reference.effects (LIKE public.effects INCLUDING ALL);
CREATE SEQUENCE reference.positions;

WITH numbered AS (
    SELECT row_number() OVER (ORDER BY journal, id) - 1 AS number, campaigns.*
    FROM public.campaigns
),
journals AS (
    SELECT count(*) AS count FROM public.journals
)
INSERT INTO reference.campaigns (journal, id, version, updated_at, stage, census, tally, user_id, name, settings,
                                 sequence, created_at)
SELECT numbered.number % journals.count,
       ((100000000000 + numbered.number)::text || '00000000000000000000')::uuid,
       numbered.version, numbered.updated_at, numbered.stage, numbered.census, numbered.tally, numbered.user_id,
       numbered.name, numbered.settings, numbered.sequence, numbered.created_at
FROM numbered, journals;
