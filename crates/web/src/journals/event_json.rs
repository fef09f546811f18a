//! An event as it is stored, for tooling.

use chrono::{DateTime, Utc};
use domain::{CampaignId, Version};
use event_store::Stored;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;
use uuid::Uuid;

/// An event of a journal. Payload and metadata are the stored bytes.
#[derive(Serialize, ToSchema)]
#[schema(as = JournalEvent)]
pub(crate) struct JournalEventJson<'a> {
    #[schema(minimum = 0)]
    journal: i16,
    /// Its place in the journal, from 1 and without gaps.
    #[schema(minimum = 1)]
    position: i64,
    #[schema(value_type = Uuid)]
    campaign_id: CampaignId,
    /// Which of the campaign's events it is, from 1.
    #[schema(value_type = i64, minimum = 1)]
    version: Version,
    event_id: Uuid,
    /// What happened, as in `CampaignPaused`. New types may come.
    r#type: &'a str,
    /// The form of the payload.
    #[schema(minimum = 1)]
    schema_version: i16,
    /// To the microsecond, never before the event in front.
    recorded_at: DateTime<Utc>,
    #[schema(value_type = Object)]
    payload: &'a RawValue,
    /// Who, why, in the course of what.
    #[schema(value_type = Object)]
    metadata: &'a RawValue,
}

impl<'a> JournalEventJson<'a> {
    /// The JSON of an event.
    ///
    /// # Errors
    /// When a stored text is no JSON, which the database refuses to store.
    pub fn of(event: &'a Stored) -> Result<Self, serde_json::Error> {
        Ok(Self {
            journal: event.journal.0,
            position: event.position,
            campaign_id: event.campaign_id,
            version: event.version,
            event_id: event.event_id,
            r#type: &event.event_type,
            schema_version: event.schema_version,
            recorded_at: event.recorded_at,
            payload: serde_json::from_str(&event.payload)?,
            metadata: serde_json::from_str(&event.metadata)?,
        })
    }
}
