-- Registers tokens of a campaign that were made elsewhere. One that was registered before keeps
-- its place; if its sleeper is told now that it is over, its completion is owed from now on.
--
-- $1 journal smallint       $4 user_id uuid             $7 ids text[]
-- $2 campaign_id uuid       $5 kinds text[]             $8 owed text[], null for those that wait
-- $3 head bigint            $6 prospect_ids uuid[]
--
-- Returns the tokens that were not registered before, or are owed from now on.
INSERT INTO tokens (journal, campaign_id, kind, id, registered_position, user_id, prospect_id, owed)
SELECT $1, $2, fresh.kind, fresh.id, $3, $4, fresh.prospect_id, fresh.owed::json
FROM unnest($5::text[], $6::uuid[], $7::text[], $8::text[]) AS fresh (kind, prospect_id, id, owed)
ON CONFLICT (journal, campaign_id, kind, id) DO UPDATE
    SET owed = excluded.owed, tried_for = NULL, attempts = 0, due_at = '-infinity',
        rest_milliseconds = 0, parked = false, reason = NULL
    WHERE tokens.owed IS NULL AND excluded.owed IS NOT NULL
RETURNING kind, id
