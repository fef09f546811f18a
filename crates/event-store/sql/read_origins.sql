-- Reads whose campaigns these are, and the last event of each, up to a version, that moved it to
-- another status.
--
-- $1 journal smallint    $2 campaign_ids uuid[]    $3 versions bigint[]    $4 moving_types text[]
--
-- A null owner means that the campaign never was there, or that its creation is not attached. A null type
-- means that no event moved it up to that version.
SELECT asked.campaign_id, (created.payload ->> 'user_id')::uuid AS user_id, moved.type
FROM unnest($2::uuid[], $3::bigint[]) AS asked (campaign_id, version)
LEFT JOIN all_events AS created
  ON created.journal = $1 AND created.campaign_id = asked.campaign_id AND created.version = 1
LEFT JOIN LATERAL (
    SELECT events.type
    FROM all_events AS events
    WHERE events.journal = $1
      AND events.campaign_id = asked.campaign_id
      AND events.version <= asked.version
      AND events.type = ANY ($4::text[])
    ORDER BY events.version DESC
    LIMIT 1
) AS moved ON true
