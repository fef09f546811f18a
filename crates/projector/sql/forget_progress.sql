-- Forgets how far a rebuild had come: it begins anew.
--
-- $1 rebuild bigint
DELETE FROM rebuild_progress WHERE rebuild = $1
