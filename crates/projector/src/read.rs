//! The read queries. Every one names the tenant: another's campaign is not there.

use crate::{CampaignRow, RowError};
use domain::{CampaignId, UserId};
use event_store::JournalId;
use tokio_postgres::Client;

/// The statement of [`find_campaign`], for callers that keep prepared statements.
const FIND_CAMPAIGN: &str = include_str!("../sql/find_campaign.sql");

/// One campaign of one tenant. `None` when it is not there, or another's.
///
/// # Errors
/// When the database does not answer or the row is damaged.
pub async fn find_campaign(
    client: &deadpool_postgres::Client,
    journal: JournalId,
    id: CampaignId,
    user: UserId,
) -> Result<Option<CampaignRow>, RowError> {
    let statement = client.prepare_cached(FIND_CAMPAIGN).await?;
    let found = client
        .query_opt(&statement, &[&journal.0, &id.0, &user.0])
        .await?;
    found.as_ref().map(CampaignRow::read).transpose()
}

/// All campaigns of one tenant: active and paused ones first, the newest first among them.
///
/// # Errors
/// When the database does not answer or a row is damaged.
pub async fn list_campaigns(
    client: &deadpool_postgres::Client,
    journal: JournalId,
    user: UserId,
) -> Result<Vec<CampaignRow>, RowError> {
    let statement = client
        .prepare_cached(include_str!("../sql/list_campaigns.sql"))
        .await?;
    let rows = client.query(&statement, &[&journal.0, &user.0]).await?;
    rows.iter().map(CampaignRow::read).collect()
}

/// The ids of a journal's campaigns, a page at a time.
pub(crate) async fn list_ids(
    client: &Client,
    journal: JournalId,
    after: CampaignId,
    limit: i64,
) -> Result<Vec<CampaignId>, RowError> {
    let rows = client
        .query(
            include_str!("../sql/list_ids.sql"),
            &[&journal.0, &after.0, &limit],
        )
        .await?;
    Ok(rows.iter().map(|row| CampaignId(row.get("id"))).collect())
}
