-- What happened to prospects of one campaign of a tenant, the newest first.
--
-- $1 journal smallint    $3 before it happened timestamptz, or null for now    $5 limit bigint
-- $2 user_id uuid        $4 before event_id    uuid, or null with $3           $6 campaign_id uuid
--
-- No rows means that nothing happened before.
WITH recent AS (
    SELECT event_id, type, payload, schema_version, recorded_at
    FROM all_events
    WHERE journal = $1 AND campaign_id = $6
      AND type IN ('SendSucceeded', 'SendFailed', 'ProspectConnected', 'ProspectReplied',
                   'ProspectBounced', 'ProspectCompleted', 'ProspectTimedOut',
                   'ProspectCancelled')
      AND (recorded_at, event_id)
        < (coalesce($3::timestamptz, 'infinity'),
               coalesce($4::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
    ORDER BY recorded_at DESC, event_id DESC
    LIMIT $5
)
SELECT recent.event_id, campaigns.id AS campaign_id, recent.type,
       recent.payload::text AS payload, recent.schema_version, recent.recorded_at, campaigns.name, campaigns.status,
       campaigns.settings ->> 'type' AS channel, permits.send, permits.node_id,
       permits.account_id
FROM recent
JOIN campaigns ON campaigns.journal = $1 AND campaigns.id = $6 AND campaigns.user_id = $2
LEFT JOIN permits ON permits.journal = $1
                 AND permits.id = (recent.payload ->> 'permit_id')::uuid
ORDER BY recent.recorded_at DESC, recent.event_id DESC
