-- The journals that have effects which were not taken in, or no cursor yet.
--
-- No rows means that everything was taken in.
SELECT journals.id, relay_cursors.journal IS NOT NULL AS has_cursor
FROM journals
LEFT JOIN relay_cursors ON relay_cursors.journal = journals.id
WHERE relay_cursors.journal IS NULL
   OR EXISTS (
       SELECT FROM effects
       WHERE effects.journal = journals.id AND effects.position > relay_cursors.position
   )
ORDER BY journals.id
