//! An effect that is not what its event asks for, and where.

use crate::{EffectId, EffectKind};
use domain::CampaignId;
use std::fmt;

/// An effect that is not what its event asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EffectDifference {
    /// Which; also one that is missing.
    pub id: EffectId,
    /// Of which campaign.
    pub campaign_id: CampaignId,
    /// What is wrong.
    pub fault: EffectFault,
}

/// What is wrong with an effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EffectFault {
    /// The event asks for it, and it is not there, though it cannot have been forgotten yet.
    Missing {
        /// What it should be.
        kind: EffectKind,
    },
    /// It is there, and no event asks for it.
    Uncalled {
        /// What it is.
        kind: String,
    },
    /// The campaign's history cannot be followed from its event on, so nobody can tell what it asks
    /// for, nor what those behind do.
    Unfollowed,
    /// It is there and is another one.
    Differs {
        /// In which field.
        field: &'static str,
        /// What it has.
        row: String,
        /// What its event asks for.
        event: String,
    },
}

impl fmt::Display for EffectDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (id, campaign) = (self.id, self.campaign_id);
        write!(f, "effect {id} of campaign {campaign}: ")?;
        match &self.fault {
            EffectFault::Missing { kind } => {
                write!(f, "its event asks for {kind}, and it is not there")
            }
            EffectFault::Unfollowed => {
                f.write_str("the history cannot be followed here, and nothing behind was compared")
            }
            EffectFault::Uncalled { kind } => write!(f, "no event asks for this {kind}"),
            EffectFault::Differs { field, row, event } => {
                write!(f, "{field} is {row}, its event asks for {event}")
            }
        }
    }
}
