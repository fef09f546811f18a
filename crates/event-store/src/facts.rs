//! What one campaign's events say, one after the other, up to a moment: what a replay needs.
//!
//! Rows are taken from the database as they are asked for, so a history of any length is read in the
//! same memory.

use crate::{JournalId, ReadError};
use chrono::{DateTime, Utc};
use domain::{CampaignId, Event, Version, parse_event};
use futures_util::{Stream, StreamExt};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Row};

/// When a campaign is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Right after this event.
    Version(Version),
    /// After everything that was recorded until then, and at that instant.
    Instant(DateTime<Utc>),
    /// After everything.
    Now,
}

/// What an event says, without who and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// Which of the campaign's events it is, from 1.
    pub version: Version,
    /// When, by the database's clock.
    pub recorded_at: DateTime<Utc>,
    /// What happened.
    pub event: Event,
}

/// What happened to a campaign up to `moment`, oldest first.
///
/// # Errors
/// When the database does not answer; each item, when an event does not parse or is not attached.
pub async fn read_facts(
    client: &Client,
    journal: JournalId,
    campaign: CampaignId,
    moment: Moment,
) -> Result<impl Stream<Item = Result<Fact, ReadError>> + use<>, ReadError> {
    let (version, instant) = match moment {
        Moment::Version(version) => (version.0, None),
        Moment::Instant(at) => (i64::MAX, Some(at)),
        Moment::Now => (i64::MAX, None),
    };
    let binds: [&(dyn ToSql + Sync); 4] = [&journal.0, &campaign.0, &version, &instant];
    let statement = include_str!("../sql/read_facts.sql");
    let rows = client.query_raw(statement, binds).await?;
    let mut expected = Version::default();
    Ok(rows.map(move |row| {
        let fact = fact(journal, &row?)?;
        expected = expected.next();
        if fact.version != expected {
            let version = expected.0;
            return Err(ReadError::StreamBroken { campaign, version });
        }
        Ok(fact)
    }))
}

/// By the places of the columns: a long history asks for each of them often.
fn fact(journal: JournalId, row: &Row) -> Result<Fact, ReadError> {
    let event = parse_event(row.get(2), row.get(3), row.get(4)).map_err(|source| {
        ReadError::Unreadable {
            journal: journal.0,
            position: row.get(0),
            source,
        }
    })?;
    Ok(Fact {
        version: Version(row.get(1)),
        recorded_at: row.get(5),
        event,
    })
}
