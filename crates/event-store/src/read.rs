//! Reading the log: one campaign's stream, or a journal after a position.

use crate::{JournalId, Metadata, Stored, read_stored_after, read_stored_stream};
use chrono::{DateTime, Utc};
use domain::{CampaignId, Event, UnreadableEvent, UserId, Version};
use tokio_postgres::Client;
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
    /// An event of the archive is not in the database.
    #[error(
        "position {position} of journal {journal} is not there: is its partition of the archive \
         detached?"
    )]
    NotAttached {
        /// The journal's number.
        journal: i16,
        /// The place of the first event that is missing.
        position: i64,
    },
    /// An event of a campaign is not in the database.
    #[error(
        "version {version} of campaign {campaign} is not there: is a partition of the archive \
         detached?"
    )]
    StreamBroken {
        /// The campaign.
        campaign: CampaignId,
        /// The first version that is missing.
        version: i64,
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
    let events = read_stored_after(client, journal, position, limit).await?;
    events.iter().map(Stored::parse).collect()
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
    let events = read_stored_stream(client, journal, campaign, version, limit).await?;
    events.iter().map(Stored::parse).collect()
}

/// Up to `limit` (at most [`PAGE_MAX`]) events of one campaign before `version`, newest first.
///
/// # Errors
/// When the database does not answer, an event does not parse, or one is not attached.
pub async fn read_stream_back(
    client: &Client,
    journal: JournalId,
    campaign: CampaignId,
    version: Version,
    limit: i64,
) -> Result<Vec<Recorded>, ReadError> {
    let statement = include_str!("../sql/read_stream_back.sql");
    let limit = limit.clamp(1, PAGE_MAX);
    let rows = client
        .query(statement, &[&journal.0, &campaign.0, &version.0, &limit])
        .await?;
    let events: Vec<Stored> = rows.iter().map(Stored::of).collect();
    let is_full = i64::try_from(events.len()) == Ok(limit);
    let is_next = |newer: &Stored, older: &Stored| newer.version == older.version.next();
    let gap = events
        .iter()
        .zip(events.iter().skip(1))
        .find(|(newer, older)| !is_next(newer, older));
    let last = events
        .last()
        .filter(|last| !is_full && last.version != Version(1));
    if let Some(newer) = gap.map(|(newer, _)| newer).or(last) {
        let version = newer.version.0 - 1;
        return Err(ReadError::StreamBroken { campaign, version });
    }
    events.iter().map(Stored::parse).collect()
}

/// The journal of a campaign by the log alone, also of a deleted one. `None` if there never was such a
/// campaign, or none of its events is attached.
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

/// The journal of a campaign and its owner by the log alone, also of a deleted one. Neither ever changes.
/// `None` if there never was such a campaign, or its creation is not attached.
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
