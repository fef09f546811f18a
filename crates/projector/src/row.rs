//! The rows as values, and how they are read from the database.

use chrono::{DateTime, Utc};
use domain::{
    AccountId, CampaignId, NodeId, Permit, PermitId, PermitState, Present, Prospect, ProspectId,
    ProspectStatus, SendKind, UserId, Version,
};
use serde::de::DeserializeOwned;
use std::sync::Arc;
use tokio_postgres::Row;
use uuid::Uuid;

/// A row of `campaigns`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CampaignRow {
    /// The campaign.
    pub id: CampaignId,
    /// Its latest event.
    pub version: Version,
    /// When its first event was recorded.
    pub created_at: DateTime<Utc>,
    /// When its latest event was recorded.
    pub updated_at: DateTime<Utc>,
    /// What the campaign is.
    pub campaign: Present,
}

/// A row of `prospects`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProspectRow {
    /// What the prospect is.
    pub prospect: Prospect,
    /// When they first answered.
    pub replied_at: Option<DateTime<Utc>>,
    /// When the mail came back.
    pub bounced_at: Option<DateTime<Utc>>,
    /// When they were added.
    pub created_at: DateTime<Utc>,
    /// When something last happened to them.
    pub updated_at: DateTime<Utc>,
    /// Where they come among the campaign's prospects. None in a row that an older program wrote.
    pub added: Option<Added>,
}

/// Where a prospect comes among those of a campaign: in the order in which the log added them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Added {
    /// The campaign's version of the event that added them.
    pub version: Version,
    /// Their place in it, counted from 0.
    pub place: i32,
}

/// A row of `permits`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PermitRow {
    /// Of whose campaign.
    pub campaign_id: CampaignId,
    /// To whom.
    pub prospect_id: ProspectId,
    /// What the permit is.
    pub permit: Permit,
    /// When it was granted.
    pub granted_at: DateTime<Utc>,
    /// When it was accounted for.
    pub closed_at: Option<DateTime<Utc>>,
}

/// Why rows could not be read.
#[derive(Debug, thiserror::Error)]
pub enum RowError {
    /// The database did not answer.
    #[error("read rows")]
    Database(#[from] tokio_postgres::Error),
    /// A column does not hold what it must: the row is damaged.
    #[error("read column {column} of {id}")]
    Column {
        /// The column.
        column: &'static str,
        /// Whose row.
        id: Uuid,
        /// What is wrong.
        #[source]
        source: serde_json::Error,
    },
    /// A word that nobody knows.
    #[error("read column {column} of {id}: no such word")]
    Word {
        /// The column.
        column: &'static str,
        /// Whose row.
        id: Uuid,
    },
    /// A name that this program does not know.
    #[error("no {0} is known: is this program older than the database?")]
    Name(String),
}

impl CampaignRow {
    pub(crate) fn read(row: &Row) -> Result<Self, RowError> {
        let id: Uuid = row.get("id");
        Ok(Self {
            id: CampaignId(id),
            version: Version(row.get("version")),
            created_at: row.get("created_at"),
            updated_at: row.get("updated_at"),
            campaign: Present {
                user_id: UserId(row.get("user_id")),
                settings: Arc::new(column(row, id, "settings")?),
                sequence: Arc::new(column(row, id, "sequence")?),
                stage: column(row, id, "stage")?,
                census: column(row, id, "census")?,
                tally: column(row, id, "tally")?,
            },
        })
    }
}

impl Added {
    /// The places of those whom the event of `version` added.
    pub(crate) fn of(
        version: Version,
        ids: &[ProspectId],
    ) -> impl Iterator<Item = (ProspectId, Self)> {
        let places = ids.iter().zip(0..);
        places.map(move |(id, place)| (*id, Self { version, place }))
    }

    fn read(row: &Row) -> Option<Self> {
        let version = row.get("added_version");
        let added = Self {
            version: Version(version),
            place: row.get("added_place"),
        };
        (1..i64::MAX).contains(&version).then_some(added)
    }
}

impl ProspectRow {
    pub(crate) fn read(row: &Row) -> Result<(ProspectId, Self), RowError> {
        let (id, prospect) = read_prospect(row)?;
        let read = Self {
            prospect,
            replied_at: row.get("replied_at"),
            bounced_at: row.get("bounced_at"),
            created_at: row.get("created_at"),
            updated_at: row.get("updated_at"),
            added: Added::read(row),
        };
        Ok((id, read))
    }
}

impl PermitRow {
    pub(crate) fn read(row: &Row) -> Result<Self, RowError> {
        let id: Uuid = row.get("id");
        let unknown = |column| RowError::Word { column, id };
        let state = PermitState::from_wire(row.get("state")).ok_or(unknown("state"))?;
        let kind = SendKind::from_wire(row.get("send")).ok_or(unknown("send"))?;
        Ok(Self {
            campaign_id: CampaignId(row.get("campaign_id")),
            prospect_id: ProspectId(row.get("prospect_id")),
            permit: Permit {
                id: PermitId(id),
                node_id: NodeId(row.get("node_id")),
                kind,
                account_id: row.get::<_, Option<Uuid>>("account_id").map(AccountId),
                state,
            },
            granted_at: row.get("granted_at"),
            closed_at: row.get("closed_at"),
        })
    }
}

/// A prospect without the permits, which have rows of their own.
pub(crate) fn read_prospect(row: &Row) -> Result<(ProspectId, Prospect), RowError> {
    let id: Uuid = row.get("id");
    let status: &str = row.get("status");
    let replies: i32 = row.get("replies");
    let node_id = row.get::<_, Option<Uuid>>("node_id").map(NodeId);
    let unknown = RowError::Word {
        column: "status",
        id,
    };
    let status = ProspectStatus::from_wire(status).ok_or(unknown)?;
    let replies = u32::try_from(replies).unwrap_or(0);
    let prospect = Prospect::restored(status, node_id, replies);
    Ok((ProspectId(id), prospect))
}

fn column<T: DeserializeOwned>(row: &Row, id: Uuid, column: &'static str) -> Result<T, RowError> {
    serde_json::from_str(row.get(column)).map_err(|source| RowError::Column { column, id, source })
}
