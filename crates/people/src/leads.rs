//! Prospects as the API shows them: where they stand, with what is on file about them.

use crate::{CustomFields, Details, Field};
use chrono::{DateTime, Utc};
use deadpool_postgres::Client;
use domain::{CampaignId, NodeId, ProspectId, ProspectStatus, UserId};
use event_store::JournalId;
use futures_util::future::join3;
use projector::RowError;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

/// Leads on one page at most (campaign API, section 1.12).
pub const LEADS_PAGE_MAX: u32 = 200;

/// A page is walked to along the key, whatever the planner believes of a campaign's size: it knows
/// nothing of one that was filled a moment ago, and would sort all of it.
const ALONG_THE_KEY: &str = "BEGIN READ ONLY; SET LOCAL enable_sort = off; \
     SET LOCAL enable_bitmapscan = off; SET LOCAL enable_seqscan = off; SET LOCAL jit = off";

/// One prospect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lead {
    /// The prospect.
    pub id: ProspectId,
    /// Of which campaign.
    pub campaign_id: CampaignId,
    /// Whose.
    pub user_id: UserId,
    /// Where they stand.
    pub status: ProspectStatus,
    /// The step that they are at.
    pub node_id: Option<NodeId>,
    /// What is on file; nothing about somebody who was erased.
    pub details: Details,
    /// Where they came from. None of somebody who was erased.
    pub source: Option<String>,
    /// What that calls them.
    pub source_ref: Option<String>,
    /// When they first answered.
    pub replied_at: Option<DateTime<Utc>>,
    /// When the mail came back.
    pub bounced_at: Option<DateTime<Utc>>,
    /// When they were added.
    pub created_at: DateTime<Utc>,
    /// When something last happened to them.
    pub updated_at: DateTime<Utc>,
}

/// Which leads are asked for.
#[derive(Debug, Clone, Copy)]
pub struct LeadsAsked {
    /// Of which campaign.
    pub campaign_id: CampaignId,
    /// Whose it must be.
    pub user_id: UserId,
    /// Only those who stand here.
    pub status: Option<ProspectStatus>,
    /// How many come before the page.
    pub offset: i64,
    /// How many are on it at most.
    pub limit: i64,
}

/// Some of a campaign's leads, in the order in which they were added.
#[derive(Debug, Clone)]
pub struct LeadsPage {
    /// How many there are on all pages.
    pub total: i64,
    /// Those on this one.
    pub leads: Vec<Lead>,
}

/// A page of leads. `None` when the campaign is not there, or another's.
///
/// # Errors
/// When the database does not answer or a row is damaged.
pub async fn list_leads(
    client: &Client,
    journal: JournalId,
    asked: LeadsAsked,
) -> Result<Option<LeadsPage>, RowError> {
    let statement = client
        .prepare_cached(include_str!("../sql/list_leads.sql"))
        .await?;
    let status = asked.status.map(ProspectStatus::as_str);
    let binds: [&(dyn ToSql + Sync); 6] = [
        &journal.0,
        &asked.campaign_id.0,
        &asked.user_id.0,
        &status,
        &asked.offset,
        &asked.limit,
    ];
    // One round trip; the transaction ends whatever the query comes to.
    let (begun, rows, ended) = join3(
        client.batch_execute(ALONG_THE_KEY),
        client.query(&statement, &binds),
        client.batch_execute("COMMIT"),
    )
    .await;
    begun?;
    let rows = rows?;
    ended?;
    let Some(first) = rows.first() else {
        return Ok(None);
    };
    let is_somebody = |row: &&Row| row.get::<_, Option<Uuid>>("id").is_some();
    Ok(Some(LeadsPage {
        total: first.get("total"),
        leads: rows
            .iter()
            .filter(is_somebody)
            .map(read_lead)
            .collect::<Result<_, _>>()?,
    }))
}

/// The leads named by `ids` that are in this campaign of this user, by id.
///
/// # Errors
/// When the database does not answer or a row is damaged.
pub async fn find_leads(
    client: &Client,
    journal: JournalId,
    (campaign, user): (CampaignId, UserId),
    ids: &[ProspectId],
) -> Result<Vec<Lead>, RowError> {
    let statement = client
        .prepare_cached(include_str!("../sql/find_leads.sql"))
        .await?;
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let rows = client
        .query(&statement, &[&journal.0, &campaign.0, &user.0, &ids])
        .await?;
    rows.iter().map(read_lead).collect()
}

fn read_lead(row: &Row) -> Result<Lead, RowError> {
    let id: Uuid = row.get("id");
    let status: &str = row.get("status");
    Ok(Lead {
        id: ProspectId(id),
        campaign_id: CampaignId(row.get("campaign_id")),
        user_id: UserId(row.get("user_id")),
        status: ProspectStatus::from_wire(status).ok_or(RowError::Word {
            column: "status",
            id,
        })?,
        node_id: row.get::<_, Option<Uuid>>("node_id").map(NodeId),
        details: read_details(row),
        source: row.get("source"),
        source_ref: row.get("source_ref"),
        replied_at: row.get("replied_at"),
        bounced_at: row.get("bounced_at"),
        created_at: row.get("created_at"),
        updated_at: row.get("updated_at"),
    })
}

/// The columns of `people` that say who somebody is.
pub(crate) fn read_details(row: &Row) -> Details {
    let mut details = Details::default();
    for field in Field::ALL {
        details.set(field, row.get(field.as_str()));
    }
    let custom: Option<String> = row.get("custom_fields");
    details.custom_fields = custom.map(CustomFields::restored);
    details
}
