-- Whether there are shadow tables that the live ones could be replaced by.
SELECT shadows_fit() AS fit
