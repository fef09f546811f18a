//! Reading the log: one campaign's stream, or a journal after a position.

use crate::{JournalId, Metadata};
use chrono::{DateTime, Utc};
use domain::{CampaignId, Event, UnreadableEvent, UserId, Version, parse_event};
use tokio_postgres::{Client, Row};
use uuid::Uuid;

/// Events that one read returns at most.
pub const PAGE_MAX: i64 = 10_000;

/// An event in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
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
    /// What happened.
    pub event: Event,
    /// Who, why, in the course of what.
    pub metadata: Metadata,
    /// When, by the database's clock.
    pub recorded_at: DateTime<Utc>,
}

/// Why events could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The database did not answer.
    #[error("read the journal")]
    Database(#[from] tokio_postgres::Error),
    /// A stored event does not parse.
    #[error("read position {position} of journal {journal}")]
    Unreadable {
        /// The journal's number.
        journal: i16,
        /// The event's place.
        position: i64,
        /// What is wrong.
        #[source]
        source: UnreadableEvent,
    },
    /// Stored metadata does not parse.
    #[error("read the metadata at position {position} of journal {journal}")]
    Metadata {
        /// The journal's number.
        journal: i16,
        /// The event's place.
        position: i64,
        /// What is wrong.
        #[source]
        source: serde_json::Error,
    },
}

/// Up to `limit` (at most [`PAGE_MAX`]) events of `journal` after `position`, in order. Empty
/// when there are none yet.
///
/// # Errors
/// When the database does not answer or an event does not parse.
pub async fn read_after(
    client: &Client,
    journal: JournalId,
    position: i64,
    limit: i64,
) -> Result<Vec<Recorded>, ReadError> {
    let statement = include_str!("../sql/read_after.sql");
    let limit = limit.clamp(1, PAGE_MAX);
    let rows = client
        .query(statement, &[&journal.0, &position, &limit])
        .await?;
    rows.iter().map(recorded).collect()
}

/// Up to `limit` (at most [`PAGE_MAX`]) events of one campaign after `version`, oldest first.
///
/// # Errors
/// When the database does not answer or an event does not parse.
pub async fn read_stream(
    client: &Client,
    journal: JournalId,
    campaign: CampaignId,
    version: Version,
    limit: i64,
) -> Result<Vec<Recorded>, ReadError> {
    let statement = include_str!("../sql/read_stream.sql");
    let limit = limit.clamp(1, PAGE_MAX);
    let rows = client
        .query(statement, &[&journal.0, &campaign.0, &version.0, &limit])
        .await?;
    rows.iter().map(recorded).collect()
}

/// The journal of a campaign, also of a deleted one. `None` if there never was such a campaign.
///
/// # Errors
/// When the database does not answer.
pub async fn find_journal(
    client: &Client,
    campaign: CampaignId,
) -> Result<Option<JournalId>, tokio_postgres::Error> {
    let found = client
        .query_opt(include_str!("../sql/find_journal.sql"), &[&campaign.0])
        .await?;
    Ok(found.map(|row| JournalId(row.get(0))))
}

/// The journal of a campaign and its owner, also of a deleted one. Neither ever changes. `None` if
/// there never was such a campaign.
///
/// # Errors
/// When the database does not answer.
pub async fn find_place(
    client: &Client,
    campaign: CampaignId,
) -> Result<Option<(JournalId, UserId)>, tokio_postgres::Error> {
    let found = client
        .query_opt(include_str!("../sql/find_place.sql"), &[&campaign.0])
        .await?;
    Ok(found.map(|row| (JournalId(row.get("journal")), UserId(row.get("user_id")))))
}

fn recorded(row: &Row) -> Result<Recorded, ReadError> {
    let journal: i16 = row.get("journal");
    let position: i64 = row.get("position");
    let event = parse_event(
        row.get("type"),
        row.get("schema_version"),
        row.get("payload"),
    )
    .map_err(|source| ReadError::Unreadable {
        journal,
        position,
        source,
    })?;
    let metadata =
        serde_json::from_str(row.get("metadata")).map_err(|source| ReadError::Metadata {
            journal,
            position,
            source,
        })?;
    Ok(Recorded {
        journal: JournalId(journal),
        position,
        campaign_id: CampaignId(row.get("campaign_id")),
        version: Version(row.get("version")),
        event_id: row.get("event_id"),
        event,
        metadata,
        recorded_at: row.get("recorded_at"),
    })
}
