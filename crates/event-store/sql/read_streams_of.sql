-- Reads a journal one campaign after the other, as read_streams.sql does, and of the events of other
-- types than those asked for only that they are there: a page is so many rows, whatever they are.
--
-- $1 journal smallint    $2 campaign_id uuid, $3 version bigint: the place
-- $4 types text[]        $5 limit bigint
--
-- Fewer rows than the limit mean that there are no more.
SELECT campaign_id, version, position, recorded_at, type, schema_version,
       CASE WHEN type = ANY ($4) THEN payload END AS payload
FROM all_events
WHERE journal = $1 AND (campaign_id, version) > ($2, $3)
ORDER BY campaign_id, version
LIMIT $5
