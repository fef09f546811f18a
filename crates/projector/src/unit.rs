//! One campaign in the course of one transaction: what it was, what it became, and therefore
//! which rows must be written.

use crate::CampaignRow;
use domain::{BrokenHistory, Campaign, CampaignId, Event, ProspectId, Roster, Version, evolve};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A campaign with the prospects that the transaction's commands name.
#[derive(Debug, Clone)]
pub struct Unit {
    /// The campaign's id.
    pub id: CampaignId,
    /// What it is, after the events applied so far.
    pub campaign: Campaign,
    /// Its prospects at hand.
    pub roster: Roster,
    /// Its latest event.
    pub version: Version,
    pub(crate) before: Option<Arc<CampaignRow>>,
    pub(crate) breadth: Breadth,
    pub(crate) put: BTreeMap<ProspectId, Mark>,
    pub(crate) removed: BTreeSet<ProspectId>,
    pub(crate) emptied: bool,
}

/// How much of a campaign's row changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Breadth {
    /// Nothing.
    Untouched,
    /// Its stage.
    Stage,
    /// More than that.
    Whole,
}

/// What happened to a prospect that has a time of its own.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Mark {
    pub replied: bool,
    pub bounced: bool,
}

impl Unit {
    /// A campaign as its row has it.
    #[must_use]
    pub fn present(row: Arc<CampaignRow>) -> Self {
        let campaign = Campaign::Present(Box::new(row.campaign.clone()));
        let (id, version) = (row.id, row.version);
        Self {
            before: Some(row),
            ..Self::rowless(id, campaign, version)
        }
    }

    /// A campaign that has no row: never created, or deleted at `version`.
    #[must_use]
    pub fn rowless(id: CampaignId, campaign: Campaign, version: Version) -> Self {
        Self {
            id,
            campaign,
            roster: Roster::default(),
            version,
            before: None,
            breadth: Breadth::Untouched,
            put: BTreeMap::new(),
            removed: BTreeSet::new(),
            emptied: false,
        }
    }

    /// Applies an event that was just decided.
    ///
    /// # Errors
    /// When it cannot follow, which no decision brings about.
    pub fn apply(&mut self, event: &Event) -> Result<(), BrokenHistory> {
        self.mark(event);
        evolve(&mut self.campaign, &mut self.roster, event)?;
        self.version = self.version.next();
        Ok(())
    }

    /// Whether an event was applied.
    #[must_use]
    pub fn is_touched(&self) -> bool {
        self.breadth != Breadth::Untouched
    }

    /// The row as it was before the transaction.
    #[must_use]
    pub fn before(&self) -> Option<&CampaignRow> {
        self.before.as_deref()
    }

    fn mark(&mut self, event: &Event) {
        let breadth = match event {
            Event::CampaignPaused(_)
            | Event::CampaignResumed(_)
            | Event::CampaignActivated(_)
            | Event::CampaignCompleted(_)
            | Event::CampaignLaunchStarted(_)
            | Event::CampaignLaunchFailed(_) => Breadth::Stage,
            _ => Breadth::Whole,
        };
        self.breadth = self.breadth.max(breadth);
        match event {
            Event::ProspectsAdded(added) => {
                for id in &added.prospect_ids {
                    self.removed.remove(id);
                    self.put.entry(*id).or_default();
                }
            }
            Event::ProspectsRemoved(removed) => {
                for id in &removed.prospect_ids {
                    self.put.remove(id);
                    self.removed.insert(*id);
                }
            }
            Event::AllProspectsRemoved(_) | Event::CampaignDeleted(_) => {
                self.put.clear();
                self.removed.clear();
                self.emptied = true;
            }
            event => self.mark_prospect(event),
        }
    }

    fn mark_prospect(&mut self, event: &Event) {
        let Some(id) = event.prospect() else { return };
        let answered = self
            .roster
            .find(id)
            .is_some_and(|prospect| 0 < prospect.replies);
        let mark = self.put.entry(id).or_default();
        match event {
            Event::ProspectReplied(_) if !answered => mark.replied = true,
            Event::ProspectBounced(_) => mark.bounced = true,
            _ => {}
        }
    }
}
