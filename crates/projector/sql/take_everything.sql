-- Takes the live tables and the heads of all journals, to the end of the transaction. Fails with
-- 55P03 or 40P01 when somebody else would have to be waited for too long.
SELECT take_everything()
