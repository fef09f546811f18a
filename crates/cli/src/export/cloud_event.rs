//! An event as CloudEvents 1.0 has it, in the JSON format, on one line.
//!
//! `source` and `id` name the event in the world, `sequence` (an extension of that standard) orders
//! the events of a source. Numbers that may outgrow the standard's integers are text. The payload is
//! the stored bytes; the metadata is too, as text, because extensions hold no objects.

use chrono::{DateTime, Utc};
use event_store::Stored;
use serde::Serialize;
use serde_json::value::RawValue;
use uuid::Uuid;

#[derive(Serialize)]
struct CloudEvent<'a> {
    specversion: &'static str,
    id: Uuid,
    source: String,
    r#type: String,
    subject: Uuid,
    time: DateTime<Utc>,
    datacontenttype: &'static str,
    sequence: String,
    journal: i16,
    campaignversion: String,
    schemaversion: i16,
    metadata: &'a str,
    data: Box<RawValue>,
}

/// Writes an event, without the end of its line.
pub(super) fn put(lines: &mut Vec<u8>, event: &Stored) -> Result<(), serde_json::Error> {
    let event = CloudEvent {
        specversion: "1.0",
        id: event.event_id,
        source: format!("/internal/journals/{}", event.journal.0),
        r#type: format!("fermata.{}", event.event_type),
        subject: event.campaign_id.0,
        time: event.recorded_at,
        datacontenttype: "application/json",
        sequence: format!("{:020}", event.position),
        journal: event.journal.0,
        campaignversion: event.version.0.to_string(),
        schemaversion: event.schema_version,
        metadata: &event.metadata,
        data: RawValue::from_string(on_one_line(&event.payload))?,
    };
    serde_json::to_writer(lines, &event)
}

/// Within JSON, the end of a line is never part of a value: there it is escaped.
fn on_one_line(json: &str) -> String {
    json.replace(['\n', '\r'], " ")
}
