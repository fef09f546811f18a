//! All journals at a glance.

use crate::JournalId;
use chrono::{DateTime, Utc};
use tokio_postgres::{Client, Error, Row};

/// How far a journal has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JournalStanding {
    /// Which.
    pub journal: JournalId,
    /// The position of its latest event; 0 before the first.
    pub head: i64,
    /// When that was recorded.
    pub head_at: DateTime<Utc>,
    /// Events up to this position are in the archive; 0 when none is.
    pub archived_to: i64,
}

/// How far each journal has come, by number.
///
/// # Errors
/// When the database does not answer.
pub async fn list_journals(client: &Client) -> Result<Vec<JournalStanding>, Error> {
    let rows = client
        .query(include_str!("../sql/list_journals.sql"), &[])
        .await?;
    Ok(rows.iter().map(standing).collect())
}

/// How far a journal has come. Nothing when there is no such journal.
///
/// # Errors
/// When the database does not answer.
pub async fn find_journal_standing(
    client: &Client,
    journal: JournalId,
) -> Result<Option<JournalStanding>, Error> {
    let found = client
        .query_opt(include_str!("../sql/find_oldest.sql"), &[&journal.0])
        .await?;
    Ok(found.as_ref().map(standing))
}

fn standing(row: &Row) -> JournalStanding {
    let oldest: Option<i64> = row.get("oldest");
    JournalStanding {
        journal: JournalId(row.get("journal")),
        head: row.get("head"),
        head_at: row.get("head_at"),
        archived_to: oldest.unwrap_or(1) - 1,
    }
}
