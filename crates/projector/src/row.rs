//! The rows as values, and how they are read from the database.

use chrono::{DateTime, Utc};
use domain::{
    CampaignId, NodeId, Permit, Present, Prospect, ProspectId, ProspectStatus, UserId, Version,
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
    /// A status that nobody knows.
    #[error("read column status of {0}: no such status")]
    Status(Uuid),
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

impl ProspectRow {
    pub(crate) fn read(row: &Row) -> Result<(ProspectId, Self), RowError> {
        let (id, prospect) = read_prospect(row)?;
        let read = Self {
            prospect,
            replied_at: row.get("replied_at"),
            bounced_at: row.get("bounced_at"),
            created_at: row.get("created_at"),
            updated_at: row.get("updated_at"),
        };
        Ok((id, read))
    }
}

pub(crate) fn read_prospect(row: &Row) -> Result<(ProspectId, Prospect), RowError> {
    let id: Uuid = row.get("id");
    let status: &str = row.get("status");
    let replies: i32 = row.get("replies");
    let permits: Vec<Permit> = column(row, id, "permits")?;
    let prospect = Prospect {
        status: ProspectStatus::from_wire(status).ok_or(RowError::Status(id))?,
        node_id: row.get::<_, Option<Uuid>>("node_id").map(NodeId),
        permits,
        replies: u32::try_from(replies).unwrap_or(0),
    };
    Ok((ProspectId(id), prospect))
}

fn column<T: DeserializeOwned>(row: &Row, id: Uuid, column: &'static str) -> Result<T, RowError> {
    serde_json::from_str(row.get(column)).map_err(|source| RowError::Column { column, id, source })
}
