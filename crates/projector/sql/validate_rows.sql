-- Holds rows to the next reference that they have not been held to.
--
-- Returns its name, or null when nothing is left.
SELECT validate_rows() AS name
