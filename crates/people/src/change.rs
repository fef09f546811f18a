//! What a command brings along that must not be in the log.

use crate::{Details, DetailsPatch, Digests};
use domain::{ProspectId, UserId};

/// Somebody on file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Whose prospect they are.
    pub user_id: UserId,
    /// What is on file.
    pub details: Details,
    /// By which they are found.
    pub digests: Digests,
    /// Where they came from: `api`.
    pub source: String,
    /// What that calls them.
    pub source_ref: Option<String>,
}

/// Somebody who is to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// The id that they will have.
    pub prospect_id: ProspectId,
    /// Who they are.
    pub person: Person,
}

/// The personal side of a command, stored in its transaction and nowhere else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PeopleChange {
    /// Of `AddProspects`, in the order of its ids.
    Add(Vec<Arrival>),
    /// Of `EditProspect`.
    Edit(DetailsPatch),
}

impl Person {
    /// The source of whoever was added by the API.
    pub const FROM_API: &'static str = "api";

    /// Somebody whom `user` adds by the API.
    #[must_use]
    pub fn new(user_id: UserId, details: Details) -> Self {
        Self {
            user_id,
            digests: details.digests(user_id),
            details,
            source: Self::FROM_API.to_owned(),
            source_ref: None,
        }
    }

    /// The same person with other details.
    #[must_use]
    pub fn with(&self, details: Details) -> Self {
        Self {
            digests: details.digests(self.user_id),
            details,
            ..self.clone()
        }
    }
}

impl PeopleChange {
    /// How many people it is about, which is what it costs.
    #[must_use]
    pub fn count(&self) -> usize {
        match self {
            Self::Add(arrivals) => arrivals.len(),
            Self::Edit(_) => 1,
        }
    }
}
