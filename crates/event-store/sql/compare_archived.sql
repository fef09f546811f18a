-- Compares a range of a journal's events with their copies in the archive, byte for byte.
--
-- $1 journal smallint    $2 first position bigint    $3 last position bigint
--
-- Returns how many copies are identical, and the first position whose is not; null if all are.
SELECT count(*) FILTER (WHERE compared.is_identical) AS identical,
       min(compared.position) FILTER (WHERE NOT compared.is_identical) AS differs
FROM (
    SELECT live.position,
           kept.position IS NOT NULL
           AND kept.campaign_id = live.campaign_id
           AND kept.version = live.version
           AND kept.event_id = live.event_id
           AND kept.schema_version = live.schema_version
           AND kept.recorded_at = live.recorded_at
           AND kept.type = live.type
           AND kept.payload::text = live.payload::text
           AND kept.metadata::text = live.metadata::text
           AS is_identical
    FROM events AS live
    LEFT JOIN archived_events AS kept
        ON kept.journal = $1
       AND kept.position = live.position
       AND kept.position BETWEEN $2 AND $3
    WHERE live.journal = $1 AND live.position BETWEEN $2 AND $3
) AS compared
