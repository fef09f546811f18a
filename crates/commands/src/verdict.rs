//! What comes of a request: an answer, or the admission that there is none.

use crate::Remembered;
use domain::{Command, Event, Rejection, Status, Version};
use projector::CampaignRow;
use std::ops::Deref;
use std::sync::Arc;
use uuid::Uuid;

/// The service's answer.
#[derive(Debug, Clone)]
pub enum Verdict {
    /// It is so, durably. The row as it is now.
    Done(Done),
    /// The campaign is gone, durably.
    Deleted,
    /// The rules refuse. Nothing happened.
    Rejected {
        /// Why.
        rejection: Rejection,
        /// Where the campaign stands, if it is there.
        status: Option<Status>,
    },
    /// The campaign is at another version than was asked for. Nothing happened.
    VersionDiffers {
        /// The version that it is at.
        version: Version,
        /// Where it stands.
        status: Status,
    },
    /// This very request was answered before; the same answer again.
    Replayed(Remembered),
    /// The key belongs to another request. Nothing happened.
    KeyReused,
}

/// A campaign as it is now. Reads as its row.
#[derive(Debug, Clone)]
pub struct Done {
    row: Arc<CampaignRow>,
    /// What the command did, for commands whose answers tell it: launching, and adding and
    /// removing prospects. Empty for every other.
    pub told: Vec<Told>,
}

/// An event that a command caused.
#[derive(Debug, Clone)]
pub struct Told {
    /// Its id; none in a dry run.
    pub event_id: Option<Uuid>,
    /// What happened.
    pub event: Event,
}

impl Done {
    pub(crate) fn new(row: CampaignRow, told: Vec<Told>) -> Self {
        let row = Arc::new(row);
        Self { row, told }
    }

    /// Whether the answer to `command` tells what it did.
    pub(crate) fn tells(command: &Command) -> bool {
        matches!(
            command,
            Command::Launch
                | Command::AddProspects(_)
                | Command::RemoveProspects(_)
                | Command::RemoveAllProspects
        )
    }
}

impl Deref for Done {
    type Target = CampaignRow;

    fn deref(&self) -> &CampaignRow {
        &self.row
    }
}

impl Verdict {
    /// No such campaign, or another tenant's.
    #[must_use]
    pub fn not_found() -> Self {
        Self::Rejected {
            rejection: Rejection::NotFound,
            status: None,
        }
    }

    /// The word for it in metrics.
    #[must_use]
    pub fn label(&self) -> &'static str {
        match self {
            Self::Done(_) | Self::Deleted => "done",
            Self::Rejected { .. } => "rejected",
            Self::VersionDiffers { .. } => "version_differs",
            Self::Replayed(_) => "replayed",
            Self::KeyReused => "key_reused",
        }
    }
}

/// The machine failed. Says whether the command happened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// Too many commands wait. Nothing happened; ask again later.
    #[error("too many commands wait for journal {journal}; nothing happened")]
    Overloaded {
        /// The journal whose queue is full.
        journal: i16,
    },
    /// The database cannot be reached. Nothing happened; ask again later.
    #[error("the database cannot be reached; nothing happened")]
    Unavailable,
    /// The connection broke while committing and the log could not be asked since. The command
    /// may have happened.
    #[error("the database was lost while committing; whether the command happened is unknown")]
    OutcomeUnknown,
    /// The database refused this command's rows, which it never should. Nothing happened.
    #[error("the database refused the command; nothing happened")]
    Refused,
}

impl Failure {
    /// The word for it in metrics.
    #[must_use]
    pub fn label(&self) -> &'static str {
        match self {
            Self::Overloaded { .. } => "overloaded",
            Self::Unavailable => "unavailable",
            Self::OutcomeUnknown => "outcome_unknown",
            Self::Refused => "refused",
        }
    }
}
