//! What a command brings along that must not be in the log.

use crate::{Details, DetailsPatch, Digest, Digests, Rules};
use domain::{ChannelKind, ProspectId, UserId};

/// Somebody on file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Whose prospect they are.
    pub user_id: UserId,
    /// What is on file.
    pub details: Details,
    /// By which they are found.
    pub digests: Digests,
    /// By which a row of before would be found.
    pub former: Digests,
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
            digests: details.digests(Rules::Current, user_id),
            former: details.digests(Rules::First, user_id),
            details,
            source: Self::FROM_API.to_owned(),
            source_ref: None,
        }
    }

    /// By what `channel` reaches them, by all rules that a row may be kept by.
    pub(crate) fn identities(&self, channel: ChannelKind) -> impl Iterator<Item = Digest> {
        let both = [self.digests.by(channel), self.former.by(channel)];
        both.into_iter().flatten()
    }

    /// The same person with other details.
    #[must_use]
    pub fn with(&self, details: Details) -> Self {
        Self {
            digests: details.digests(Rules::Current, self.user_id),
            former: details.digests(Rules::First, self.user_id),
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
