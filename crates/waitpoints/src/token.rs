//! A token as readers see it.

use crate::registration::kind_of;
use crate::{Output, OutputType, Registration, TokenId};
use chrono::{DateTime, Utc};
use domain::{CampaignId, ProspectId};
use tokio_postgres::Row;
use tokio_postgres::error::Error;
use uuid::Uuid;

/// Whether a token still waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenStatus {
    /// It does.
    Waiting,
    /// Somebody or a wake completed it.
    Completed,
    /// Its time ran out first.
    TimedOut,
}

/// A token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its id, which tells when it was made ([`TokenId::created_at`]).
    pub id: TokenId,
    /// Whether it still waits.
    pub status: TokenStatus,
    /// Its tags, as they were given.
    pub tags: Vec<String>,
    /// The campaign that it belongs to.
    pub registration: Option<Registration>,
    /// When its time runs out, or ran out.
    pub timeout_at: Option<DateTime<Utc>>,
    /// When it was completed or timed out. `None` while it waits.
    pub completed_at: Option<DateTime<Utc>>,
    /// What it was completed with. `None` while it waits, and in lists.
    pub output: Option<Output>,
    /// The caller's key, while it leads to this token.
    pub idempotency_key: Option<String>,
    /// The caller's key, after it expired and was used for another token.
    pub inactive_idempotency_key: Option<String>,
    /// When the caller's key expires. `None`: never.
    pub idempotency_key_expires_at: Option<DateTime<Utc>>,
    /// The prefix of the key that made it.
    pub created_by: String,
}

impl TokenStatus {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Waiting, Self::Completed, Self::TimedOut];

    /// The word on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "WAITING",
            Self::Completed => "COMPLETED",
            Self::TimedOut => "TIMED_OUT",
        }
    }

    /// The status that a word of the wire stands for.
    #[must_use]
    pub fn from_wire(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == word)
    }
}

impl Token {
    /// Reads a row of the view, with its output if the statement asked for that.
    pub(crate) fn read(row: &Row) -> Result<Self, Error> {
        let status: &str = row.try_get("status")?;
        let mut token = Self {
            id: read_id(row)?,
            status: TokenStatus::from_wire(status).unwrap_or(TokenStatus::Waiting),
            tags: row.try_get("tags")?,
            registration: read_registration(row)?,
            timeout_at: row.try_get("timeout_at")?,
            completed_at: row.try_get("completed_at")?,
            output: None,
            idempotency_key: row.try_get("idempotency_key")?,
            inactive_idempotency_key: row.try_get("inactive_idempotency_key")?,
            idempotency_key_expires_at: row.try_get("idempotency_key_expires_at")?,
            created_by: row.try_get("created_by")?,
        };
        let has_output = row.columns().iter().any(|column| column.name() == "output");
        if has_output {
            token.output = read_output(row, &token)?;
        }
        Ok(token)
    }
}

/// The schema refuses ids of another shape.
pub(crate) fn read_id(row: &Row) -> Result<TokenId, Error> {
    let id: &str = row.try_get("id")?;
    Ok(TokenId::stored(id))
}

fn read_registration(row: &Row) -> Result<Option<Registration>, Error> {
    let campaign: Option<Uuid> = row.try_get("campaign_id")?;
    let prospect: Option<Uuid> = row.try_get("prospect_id")?;
    let kind: Option<&str> = row.try_get("kind")?;
    let pair = campaign.zip(kind.and_then(kind_of));
    Ok(pair.map(|(campaign, kind)| Registration {
        campaign_id: CampaignId(campaign),
        prospect_id: prospect.map(ProspectId),
        kind,
    }))
}

fn read_output(row: &Row, token: &Token) -> Result<Option<Output>, Error> {
    let stored: Option<&str> = row.try_get("output_type")?;
    let output = match (token.status, token.timeout_at) {
        (TokenStatus::TimedOut, Some(timeout_at)) => Some(Output::timed_out(timeout_at)),
        _ => stored
            .map(|stored| {
                let text = row.try_get("output")?;
                let output_type = OutputType::from_stored(stored);
                Ok::<_, Error>(Output {
                    text,
                    output_type,
                    is_error: false,
                })
            })
            .transpose()?,
    };
    Ok(output)
}
