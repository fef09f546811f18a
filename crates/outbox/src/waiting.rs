//! What a campaign's events caused, with what became of it.

use chrono::{DateTime, Utc};
use domain::CampaignId;
use event_store::JournalId;
use tokio_postgres::{Client, Error, Row};

/// An effect of a campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingEffect {
    /// The position of the event that caused it.
    pub position: i64,
    /// The kind, as stored.
    pub kind: String,
    /// What is to be told, as JSON.
    pub detail: String,
    /// When it was enqueued.
    pub enqueued_at: DateTime<Utc>,
    /// Where it is, as in JSON.
    pub state: String,
}

/// The effects of a campaign's events between two positions, both included.
///
/// # Errors
/// When the database does not answer.
pub async fn list_of_campaign(
    client: &Client,
    journal: JournalId,
    campaign: CampaignId,
    first: i64,
    last: i64,
) -> Result<Vec<WaitingEffect>, Error> {
    let statement = include_str!("../sql/list_of_campaign.sql");
    let rows = client
        .query(statement, &[&journal.0, &campaign.0, &first, &last])
        .await?;
    Ok(rows.iter().map(read).collect())
}

/// The effects of the events at some positions of a journal.
///
/// # Errors
/// When the database does not answer.
pub async fn list_of_events(
    client: &Client,
    journal: JournalId,
    positions: &[i64],
) -> Result<Vec<WaitingEffect>, Error> {
    let statement = include_str!("../sql/list_of_events.sql");
    let rows = client.query(statement, &[&journal.0, &positions]).await?;
    Ok(rows.iter().map(read).collect())
}

fn read(row: &Row) -> WaitingEffect {
    WaitingEffect {
        position: row.get("position"),
        kind: row.get("kind"),
        detail: row.get("detail"),
        enqueued_at: row.get("enqueued_at"),
        state: row.get("state"),
    }
}
