-- Notes how far each journal has come: what a rebuild loads in bulk.
--
-- $1 rebuild bigint
WITH aimed AS (
    INSERT INTO rebuild_progress (rebuild, journal, target)
    SELECT $1, id, head FROM journals
)
INSERT INTO rebuilding.journals (id, head, head_at) SELECT id, head, head_at FROM journals
