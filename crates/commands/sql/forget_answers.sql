-- Forgets answers older than an age, a bounded number at once.
--
-- $1 age in seconds double precision    $2 limit bigint
WITH old AS (
    SELECT journal, user_id, key FROM answers
    WHERE stored_at < clock_timestamp() - make_interval(secs => $1)
    ORDER BY stored_at
    LIMIT $2
    FOR UPDATE SKIP LOCKED
)
DELETE FROM answers USING old
WHERE answers.journal = old.journal AND answers.user_id = old.user_id AND answers.key = old.key
