//! What engines read: campaigns and prospects of every tenant, page by page.
//!
//! An engine belongs to the service itself, so nothing here names a tenant; the internal listener
//! is where these are asked.

use crate::{CampaignRow, ProspectRow, RowError};
use deadpool_postgres::Client;
use domain::{CampaignId, ProspectId, Status};
use event_store::JournalId;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

/// Statuses of campaigns that engines have to do with.
pub const RUNNING: [Status; 3] = [Status::Launching, Status::Active, Status::Paused];

/// Which prospects are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whom {
    /// All of them.
    Everyone,
    /// Those for whom something may still follow.
    Unfinished,
}

/// Up to `limit` campaigns of every tenant whose status is one of `statuses`, of which only those of
/// [`RUNNING`] are looked for, by journal and id, behind a place.
///
/// # Errors
/// When the database does not answer or a row is damaged.
pub async fn list_running(
    client: &Client,
    after: Option<(JournalId, CampaignId)>,
    statuses: &[Status],
    limit: i64,
) -> Result<Vec<CampaignRow>, RowError> {
    let (journal, id) = after.map_or((-1, Uuid::nil()), |(journal, id)| (journal.0, id.0));
    let statuses: Vec<&str> = statuses.iter().map(|status| status.as_str()).collect();
    let statement = client
        .prepare_cached(include_str!("../sql/list_running.sql"))
        .await?;
    let rows = client
        .query(&statement, &[&journal, &id, &statuses, &limit])
        .await?;
    rows.iter().map(CampaignRow::read).collect()
}

/// One campaign, whosever it is. `None` when it is not there.
///
/// # Errors
/// When the database does not answer or the row is damaged.
pub async fn find_any_campaign(
    client: &Client,
    journal: JournalId,
    id: CampaignId,
) -> Result<Option<CampaignRow>, RowError> {
    let statement = client
        .prepare_cached(include_str!("../sql/find_any_campaign.sql"))
        .await?;
    let found = client.query_opt(&statement, &[&journal.0, &id.0]).await?;
    found.as_ref().map(CampaignRow::read).transpose()
}

/// Up to `limit` prospects of a campaign, by id, behind one. Their permits have rows of their own.
///
/// # Errors
/// When the database does not answer or a row is damaged.
pub async fn page_prospects(
    client: &Client,
    (journal, campaign): (JournalId, CampaignId),
    whom: Whom,
    after: Option<ProspectId>,
    limit: i64,
) -> Result<Vec<(ProspectId, ProspectRow)>, RowError> {
    let after = after.map_or(Uuid::nil(), |id| id.0);
    let finished = whom == Whom::Everyone;
    let statement = client
        .prepare_cached(include_str!("../sql/page_prospects.sql"))
        .await?;
    let binds: [&(dyn ToSql + Sync); 5] = [&journal.0, &campaign.0, &after, &finished, &limit];
    let rows = client.query(&statement, &binds).await?;
    rows.iter().map(ProspectRow::read).collect()
}
