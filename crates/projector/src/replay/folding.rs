//! One campaign in the course of a replay: what its events tell, or the first reason why they tell
//! nothing.
//!
//! Always true: each event is the next of its campaign; one that is missing (its partition of the
//! archive is detached) is an error, never left out.

use super::ReplayError;
use crate::Replayed;
use domain::{CampaignId, Version};
use event_store::{JournalId, ReadError, Told};

/// A campaign that all events were applied to.
#[derive(Debug)]
pub struct Folded {
    /// Which.
    pub id: CampaignId,
    /// What the log says.
    pub replayed: Replayed,
}

/// A campaign that cannot be replayed.
#[derive(Debug)]
pub struct Broken {
    /// Which.
    pub id: CampaignId,
    /// The first reason.
    pub error: ReplayError,
}

/// A campaign of which some events were read.
#[derive(Debug)]
pub(super) struct UnderWay {
    id: CampaignId,
    /// Of the latest of them.
    position: i64,
    so_far: Result<Replayed, ReplayError>,
}

impl UnderWay {
    pub fn of(id: CampaignId) -> Self {
        Self {
            id,
            position: 0,
            so_far: Ok(Replayed::default()),
        }
    }

    pub fn id(&self) -> CampaignId {
        self.id
    }

    /// Takes the event that is at `version`. Nothing counts behind the first that is wrong.
    pub fn take(&mut self, journal: JournalId, version: Version, told: Result<Told, ReadError>) {
        let Ok(replayed) = &mut self.so_far else {
            return;
        };
        let applied = match told {
            _ if replayed.version().next() < version => {
                let (campaign, version) = (self.id, replayed.version().next().0);
                Err(ReadError::StreamBroken { campaign, version }.into())
            }
            Err(error) => Err(error.into()),
            Ok(told) => apply(replayed, journal, &told, self.position),
        };
        match applied {
            Ok(position) => self.position = position,
            Err(error) => self.so_far = Err(error),
        }
    }

    pub fn over(self) -> Result<Folded, Broken> {
        let id = self.id;
        match self.so_far {
            Ok(replayed) => Ok(Folded { id, replayed }),
            Err(error) => Err(Broken { id, error }),
        }
    }
}

/// Applies an event that must be behind the position `behind`. Where it is.
fn apply(
    replayed: &mut Replayed,
    journal: JournalId,
    told: &Told,
    behind: i64,
) -> Result<i64, ReplayError> {
    let (journal, position) = (journal.0, told.position);
    if position <= behind {
        return Err(ReplayError::OutOfOrder {
            journal,
            position,
            behind,
        });
    }
    let applied = replayed.apply(&told.fact);
    applied.map_err(|source| ReplayError::Broken {
        journal,
        position,
        source,
    })?;
    Ok(position)
}
