//! The read queries. Those about campaigns name the tenant: another's campaign is not there. Those
//! about permits are the engine's, which belongs to the service itself.

use crate::{CampaignRow, PermitRow, RowError};
use domain::{CampaignId, PermitId, ProspectId, UserId, Version};
use event_store::JournalId;
use uuid::Uuid;

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

/// Where a permit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PermitPlace {
    /// The permit.
    pub id: PermitId,
    /// In which journal.
    pub journal: JournalId,
    /// Of which campaign.
    pub campaign_id: CampaignId,
    /// To whom.
    pub prospect_id: ProspectId,
}

/// Where permits are, in no order. One that was never granted is left out; so is one whose campaign
/// is deleted.
///
/// # Errors
/// When the database does not answer.
pub async fn find_permits(
    client: &deadpool_postgres::Client,
    ids: &[PermitId],
) -> Result<Vec<PermitPlace>, RowError> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let statement = client
        .prepare_cached(include_str!("../sql/find_permits.sql"))
        .await?;
    let rows = client.query(&statement, &[&ids]).await?;
    let place = |row: &tokio_postgres::Row| PermitPlace {
        id: PermitId(row.get("id")),
        journal: JournalId(row.get("journal")),
        campaign_id: CampaignId(row.get("campaign_id")),
        prospect_id: ProspectId(row.get("prospect_id")),
    };
    Ok(rows.iter().map(place).collect())
}

/// Up to `limit` open permits of a campaign after the one named, in the order of their ids: the
/// oldest first, about.
///
/// # Errors
/// When the database does not answer or a row is damaged.
pub async fn list_open_permits(
    client: &deadpool_postgres::Client,
    journal: JournalId,
    campaign: CampaignId,
    after: Option<PermitId>,
    limit: u32,
) -> Result<Vec<PermitRow>, RowError> {
    let statement = client
        .prepare_cached(include_str!("../sql/list_open_permits.sql"))
        .await?;
    let after = after.map_or(Uuid::nil(), |id| id.0);
    let limit = i64::from(limit);
    let rows = client
        .query(&statement, &[&journal.0, &campaign.0, &after, &limit])
        .await?;
    rows.iter().map(PermitRow::read).collect()
}

/// Up to `limit` open permits of a campaign at one version of it, in the order of their ids. None
/// when it is at another version.
///
/// # Errors
/// When the database does not answer or a row is damaged.
pub async fn list_open_permits_at(
    client: &deadpool_postgres::Client,
    journal: JournalId,
    campaign: CampaignId,
    version: Version,
    limit: u32,
) -> Result<Vec<PermitRow>, RowError> {
    let statement = client
        .prepare_cached(include_str!("../sql/list_open_permits_at.sql"))
        .await?;
    let limit = i64::from(limit);
    let rows = client
        .query(&statement, &[&journal.0, &campaign.0, &version.0, &limit])
        .await?;
    rows.iter().map(PermitRow::read).collect()
}

/// Every permit ever granted to some prospects of a campaign, in no order.
///
/// # Errors
/// When the database does not answer or a row is damaged.
pub async fn list_permits_of_prospects(
    client: &deadpool_postgres::Client,
    journal: JournalId,
    campaign: CampaignId,
    prospects: &[ProspectId],
) -> Result<Vec<PermitRow>, RowError> {
    let campaigns = vec![campaign.0; prospects.len()];
    let prospects: Vec<Uuid> = prospects.iter().map(|id| id.0).collect();
    let statement = client
        .prepare_cached(include_str!("../sql/load_permits.sql"))
        .await?;
    let rows = client
        .query(&statement, &[&journal.0, &campaigns, &prospects])
        .await?;
    rows.iter().map(PermitRow::read).collect()
}

/// The campaigns of one tenant that send or are about to.
///
/// # Errors
/// When the database does not answer.
pub async fn list_sending(
    client: &deadpool_postgres::Client,
    journal: JournalId,
    user: UserId,
) -> Result<Vec<CampaignId>, RowError> {
    let statement = client
        .prepare_cached(include_str!("../sql/list_sending.sql"))
        .await?;
    let rows = client.query(&statement, &[&journal.0, &user.0]).await?;
    Ok(rows.iter().map(|row| CampaignId(row.get("id"))).collect())
}
