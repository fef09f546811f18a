-- Gives the shadow tables the next key, index or reference that they have not.
--
-- Returns its name, or null when nothing is left.
SELECT finish_shadows() AS name
