//! What comes of a request: an answer, or the admission that there is none.

use crate::Remembered;
use domain::{Rejection, Version};
use projector::CampaignRow;
use std::sync::Arc;

/// The service's answer.
#[derive(Debug, Clone)]
pub enum Verdict {
    /// It is so, durably. The row as it is now.
    Done(Arc<CampaignRow>),
    /// The campaign is gone, durably.
    Deleted,
    /// The rules refuse. Nothing happened.
    Rejected(Rejection),
    /// The campaign is at another version than was asked for. Nothing happened.
    VersionDiffers(Version),
    /// This very request was answered before; the same answer again.
    Replayed(Remembered),
    /// The key belongs to another request. Nothing happened.
    KeyReused,
}

impl Verdict {
    /// The word for it in metrics.
    #[must_use]
    pub fn label(&self) -> &'static str {
        match self {
            Self::Done(_) | Self::Deleted => "done",
            Self::Rejected(_) => "rejected",
            Self::VersionDiffers(_) => "version_differs",
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
