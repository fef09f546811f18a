//! What waits to be performed, for people who look.

use chrono::{DateTime, Utc};
use domain::CampaignId;
use event_store::JournalId;
use tokio_postgres::{Client, Error};

/// The effects of one kind that wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// The kind, as stored.
    pub kind: String,
    /// How many.
    pub count: i64,
    /// When the oldest of them was enqueued.
    pub oldest_at: DateTime<Utc>,
}

/// One effect that waits.
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
}

/// How many effects wait, by kind.
///
/// # Errors
/// When the database does not answer.
pub async fn count_waiting(client: &Client) -> Result<Vec<Waiting>, Error> {
    let rows = client
        .query(include_str!("../sql/count_waiting.sql"), &[])
        .await?;
    let waiting = |row: &tokio_postgres::Row| Waiting {
        kind: row.get("kind"),
        count: row.get("count"),
        oldest_at: row.get("oldest_at"),
    };
    Ok(rows.iter().map(waiting).collect())
}

/// The effects that wait of a campaign's events between two positions, both included.
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
    let effect = |row: &tokio_postgres::Row| WaitingEffect {
        position: row.get("position"),
        kind: row.get("kind"),
        detail: row.get("detail"),
        enqueued_at: row.get("enqueued_at"),
    };
    Ok(rows.iter().map(effect).collect())
}
