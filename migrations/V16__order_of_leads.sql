-- Prospects in the order in which their campaign has them: by the event that added them, counted as the
-- campaign's version, and by their place in it. Until now they were in the order of their ids, which are
-- made from the clock of whichever process took the request.
--
-- Rows that are there keep that order: they are all at version 0. The projection's version goes up with the
-- program, so a service rebuilds them from the log, the archive included, while it works.

ALTER TABLE prospects
    ADD COLUMN added_version bigint  NOT NULL DEFAULT 0,
    ADD COLUMN added_place   integer NOT NULL DEFAULT 0;

-- A program of before may still add prospects, and says neither. They come last, until a newer program that
-- starts finds one and rebuilds.
ALTER TABLE prospects ALTER COLUMN added_version SET DEFAULT 9223372036854775807;

CREATE INDEX prospects_by_order ON prospects (journal, campaign_id, added_version, added_place, id);

CREATE INDEX prospects_without_order ON prospects (journal) WHERE added_version = 9223372036854775807;

-- Nothing is to be rebuilt where nobody is.
UPDATE projections SET version = 2
WHERE name = 'prospects' AND NOT EXISTS (SELECT FROM prospects);
