//! Events as they are stored: the bytes, not what they mean.
//!
//! A journal is read from `events`, and what is older than the oldest event there from the archive.
//! Near the head the archive is not looked at: positions are dense, so the first event shows
//! whether anything is before it.
//!
//! Always true: what is returned begins with the very next event and has no gap. An event that
//! should be there and is not (its partition of the archive is detached) is an error, never left out.

use crate::{JournalId, Metadata, PAGE_MAX, ReadError, Recorded};
use chrono::{DateTime, Utc};
use domain::{CampaignId, Version, parse_event};
use tokio_postgres::{Client, Row};
use uuid::Uuid;

/// An event as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// The journal it is in.
    pub journal: JournalId,
    /// Its place there, from 1.
    pub position: i64,
    /// The campaign it is about.
    pub campaign_id: CampaignId,
    /// Which of the campaign's events it is, from 1.
    pub version: Version,
    /// Its own id.
    pub event_id: Uuid,
    /// Its type.
    pub event_type: String,
    /// The form of its payload.
    pub schema_version: i16,
    /// The payload's text, byte for byte.
    pub payload: String,
    /// The metadata's text, byte for byte.
    pub metadata: String,
    /// When it was recorded, by the database's clock.
    pub recorded_at: DateTime<Utc>,
}

impl Stored {
    pub(crate) fn of(row: &Row) -> Self {
        Self {
            journal: JournalId(row.get("journal")),
            position: row.get("position"),
            campaign_id: CampaignId(row.get("campaign_id")),
            version: Version(row.get("version")),
            event_id: row.get("event_id"),
            event_type: row.get("type"),
            schema_version: row.get("schema_version"),
            payload: row.get("payload"),
            metadata: row.get("metadata"),
            recorded_at: row.get("recorded_at"),
        }
    }

    /// What it means.
    ///
    /// # Errors
    /// When it does not parse.
    pub fn parse(&self) -> Result<Recorded, ReadError> {
        let (journal, position) = (self.journal.0, self.position);
        let event = parse_event(&self.event_type, self.schema_version, &self.payload).map_err(
            |source| ReadError::Unreadable {
                journal,
                position,
                source,
            },
        )?;
        let metadata: Metadata =
            serde_json::from_str(&self.metadata).map_err(|source| ReadError::Metadata {
                journal,
                position,
                source,
            })?;
        Ok(Recorded {
            journal: self.journal,
            position,
            campaign_id: self.campaign_id,
            version: self.version,
            event_id: self.event_id,
            event,
            metadata,
            recorded_at: self.recorded_at,
        })
    }
}

/// Up to `limit` (at most [`PAGE_MAX`]) events of `journal` after `position`, in order, as they are
/// stored. Empty when there are none yet.
///
/// # Errors
/// When the database does not answer, or an event is not attached.
pub async fn read_stored_after(
    client: &Client,
    journal: JournalId,
    position: i64,
    limit: i64,
) -> Result<Vec<Stored>, ReadError> {
    let (position, limit) = (position.max(0), limit.clamp(1, PAGE_MAX));
    let statement = include_str!("../sql/read_after.sql");
    let rows = client
        .query(statement, &[&journal.0, &position, &limit])
        .await?;
    let Some(oldest) = rows.first().map(|row| row.get::<_, i64>("position")) else {
        return Ok(Vec::new());
    };
    if oldest == position.saturating_add(1) {
        return Ok(rows.iter().map(Stored::of).collect());
    }
    let statement = include_str!("../sql/read_archived_after.sql");
    let archived = client
        .query(statement, &[&journal.0, &position, &oldest, &limit])
        .await?;
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let events = archived.iter().chain(&rows).map(Stored::of).take(most);
    dense(journal, position, events.collect())
}

/// Up to `limit` (at most [`PAGE_MAX`]) events of one campaign after `version`, oldest first, as they
/// are stored.
///
/// # Errors
/// When the database does not answer, or an event is not attached.
pub async fn read_stored_stream(
    client: &Client,
    journal: JournalId,
    campaign: CampaignId,
    version: Version,
    limit: i64,
) -> Result<Vec<Stored>, ReadError> {
    let limit = limit.clamp(1, PAGE_MAX);
    let statement = include_str!("../sql/read_stream.sql");
    let rows = client
        .query(statement, &[&journal.0, &campaign.0, &version.0, &limit])
        .await?;
    let mut events: Vec<Stored> = Vec::with_capacity(rows.len());
    for (row, expected) in rows.iter().zip(version.0.saturating_add(1)..) {
        let event = Stored::of(row);
        if event.version.0 != expected {
            return Err(ReadError::StreamBroken {
                campaign,
                version: expected,
            });
        }
        events.push(event);
    }
    Ok(events)
}

/// When the event at `position` was recorded. Nothing when the journal has not come so far, or the
/// event is not attached.
///
/// # Errors
/// When the database does not answer.
pub async fn find_recorded_at(
    client: &Client,
    journal: JournalId,
    position: i64,
) -> Result<Option<DateTime<Utc>>, tokio_postgres::Error> {
    let statement = include_str!("../sql/find_recorded_at.sql");
    let found = client
        .query_opt(statement, &[&journal.0, &position])
        .await?;
    Ok(found.map(|row| row.get("recorded_at")))
}

/// The events, if nothing is missing behind `position` and between them.
fn dense(journal: JournalId, position: i64, events: Vec<Stored>) -> Result<Vec<Stored>, ReadError> {
    let expected = position.saturating_add(1)..;
    let missing = events
        .iter()
        .zip(expected)
        .find(|(event, expected)| event.position != *expected);
    match missing {
        Some((_, position)) => Err(ReadError::NotAttached {
            journal: journal.0,
            position,
        }),
        None => Ok(events),
    }
}
