//! Verdicts that wait for the commit, which tells when their events were recorded.

use crate::{Done, Told, Verdict};
use chrono::{DateTime, Utc};
use projector::{CampaignRow, Unit};

/// A verdict that may still lack the time at which its events are recorded.
pub(crate) enum Pending {
    Known(Verdict),
    Done {
        row: Box<CampaignRow>,
        created: bool,
        changed: bool,
        told: Vec<Told>,
    },
}

impl Pending {
    /// The verdict, of events that were recorded then.
    pub fn verdict(self, recorded_at: DateTime<Utc>) -> Verdict {
        match self {
            Self::Known(verdict) => verdict,
            Self::Done {
                mut row,
                created,
                changed,
                told,
            } => {
                if created {
                    row.created_at = recorded_at;
                }
                if changed {
                    row.updated_at = recorded_at;
                }
                Verdict::Done(Done::new(*row, told))
            }
        }
    }

    /// The same, for a verdict that is still needed.
    pub fn clone_verdict(&self, recorded_at: DateTime<Utc>) -> Verdict {
        let copy = match self {
            Self::Known(verdict) => Self::Known(verdict.clone()),
            Self::Done {
                row,
                created,
                changed,
                told,
            } => Self::Done {
                row: row.clone(),
                created: *created,
                changed: *changed,
                told: told.clone(),
            },
        };
        copy.verdict(recorded_at)
    }
}

/// What a unit has come to.
pub(crate) fn pending(unit: &Unit, now_at: DateTime<Utc>, told: Vec<Told>) -> Pending {
    let (created, changed) = (unit.before().is_none(), unit.is_touched());
    match row_of(unit, now_at) {
        Some(row) => Pending::Done {
            row: Box::new(row),
            created,
            changed,
            told,
        },
        None => Pending::Known(Verdict::Deleted),
    }
}

/// The row of a unit that is there, as it is once its events are recorded.
pub(crate) fn row_of(unit: &Unit, recorded_at: DateTime<Utc>) -> Option<CampaignRow> {
    let before = unit.before();
    let unchanged = |row: &CampaignRow| {
        if unit.is_touched() {
            recorded_at
        } else {
            row.updated_at
        }
    };
    Some(CampaignRow {
        id: unit.id,
        version: unit.version,
        created_at: before.map_or(recorded_at, |row| row.created_at),
        updated_at: before.map_or(recorded_at, unchanged),
        campaign: unit.campaign.present()?.clone(),
    })
}
