//! People whom the rules of today do not tell apart, or do not know: for an operator to look at.

use domain::{CampaignId, ProspectId, UserId};
use event_store::JournalId;
use tokio_postgres::{Client, Error, Row};
use uuid::Uuid;

/// Those listed of a journal at most.
const LISTED_MAX: i64 = 1_000;

/// What is the matter with somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// The same reaches another of the campaign: this one, unless they are gone.
    Doubled(Option<ProspectId>),
    /// What is on file is no address.
    Unknown,
}

/// Somebody with a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdentityFault {
    /// Whose prospect they are.
    pub user_id: UserId,
    /// In which campaign.
    pub campaign_id: CampaignId,
    /// Who.
    pub prospect_id: ProspectId,
    /// What it is.
    pub kind: FaultKind,
}

/// Those of a journal, by campaign and id: the first thousand.
///
/// # Errors
/// When the database does not answer.
pub async fn list_identity_faults(
    client: &Client,
    journal: JournalId,
) -> Result<Vec<IdentityFault>, Error> {
    let list = include_str!("../sql/list_identity_faults.sql");
    let rows = client.query(list, &[&journal.0, &LISTED_MAX]).await?;
    let read = |row: &Row| {
        let other = row.get::<_, Option<Uuid>>("other_id").map(ProspectId);
        IdentityFault {
            user_id: UserId(row.get("user_id")),
            campaign_id: CampaignId(row.get("campaign_id")),
            prospect_id: ProspectId(row.get("prospect_id")),
            kind: match row.get("identity_fault") {
                "doubled" => FaultKind::Doubled(other),
                _ => FaultKind::Unknown,
            },
        }
    };
    Ok(rows.iter().map(read).collect())
}
