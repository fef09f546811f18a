//! One campaign in the course of one transaction: what it was, what it became, and therefore
//! which rows must be written.

use crate::granted::{Granted, granted};
use crate::{Added, CampaignRow};
use chrono::NaiveDate;
use domain::event::SendPermitted;
use domain::{
    AccountId, BrokenHistory, Campaign, CampaignId, Event, NodeId, PermitId, Prospect, ProspectId,
    ProspectStatus, Roster, SendKind, Version, evolve,
};
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
    pub(crate) put: BTreeSet<ProspectId>,
    /// Where those come whom the transaction adds.
    pub(crate) added: BTreeMap<ProspectId, Added>,
    pub(crate) permits: BTreeMap<(ProspectId, NodeId), PermitMark>,
    pub(crate) sends: BTreeMap<(AccountId, SendKind), i32>,
    pub(crate) granted: BTreeMap<Granted<Option<NaiveDate>>, i32>,
    pub(crate) removed: BTreeSet<ProspectId>,
    pub(crate) emptied: bool,
    /// A launch failed that had left prospects out.
    pub(crate) put_back: bool,
}

/// How much of a campaign's row changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Breadth {
    /// Nothing.
    Untouched,
    /// Its stage.
    Stage,
    /// Its stage and its counters.
    Counters,
    /// More than that.
    Whole,
}

/// What the transaction did first to a permit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PermitMark {
    /// Granted it.
    Granted,
    /// Accounted for it.
    Closed,
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
            put: BTreeSet::new(),
            added: BTreeMap::new(),
            permits: BTreeMap::new(),
            sends: BTreeMap::new(),
            granted: BTreeMap::new(),
            removed: BTreeSet::new(),
            emptied: false,
            put_back: false,
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

    /// The prospects whose rows are to be written, as they are now.
    pub fn changed_prospects(&self) -> impl Iterator<Item = (ProspectId, &Prospect)> {
        let marked = self.put.iter();
        marked.filter_map(|id| self.roster.find(*id).map(|prospect| (*id, prospect)))
    }

    fn mark(&mut self, event: &Event) {
        let breadth = match event {
            Event::CampaignLaunchFailed(_) if self.has_left_out() => {
                self.put_back = true;
                Breadth::Whole
            }
            Event::CampaignPaused(_)
            | Event::CampaignResumed(_)
            | Event::CampaignActivated(_)
            | Event::CampaignCompleted(_)
            | Event::CampaignLaunchStarted(_)
            | Event::CampaignLaunchFailed(_) => Breadth::Stage,
            Event::SendPermitted(_)
            | Event::SendSucceeded(_)
            | Event::SendFailed(_)
            | Event::ProspectConnected(_)
            | Event::ProspectReplied(_)
            | Event::ProspectBounced(_)
            | Event::ProspectCompleted(_)
            | Event::ProspectTimedOut(_)
            | Event::ProspectCancelled(_) => Breadth::Counters,
            _ => Breadth::Whole,
        };
        self.breadth = self.breadth.max(breadth);
        match event {
            Event::ProspectsAdded(added) => {
                for (id, added) in Added::of(self.version.next(), &added.prospect_ids) {
                    self.removed.remove(&id);
                    self.put.insert(id);
                    self.added.insert(id, added);
                }
            }
            Event::ProspectsSkipped(skipped) => {
                for id in &skipped.prospect_ids {
                    self.put.insert(*id);
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
                self.permits.clear();
                self.removed.clear();
                self.emptied = true;
            }
            event => self.mark_prospect(event),
        }
    }

    fn has_left_out(&self) -> bool {
        self.campaign
            .present()
            .is_some_and(|present| 0 < present.census.with_status(ProspectStatus::Cancelled))
    }

    fn mark_prospect(&mut self, event: &Event) {
        let Some(id) = event.prospect() else { return };
        self.mark_permit(event);
        self.put.insert(id);
    }

    fn mark_permit(&mut self, event: &Event) {
        match event {
            Event::SendPermitted(granted) => {
                let step = (granted.prospect_id, granted.node_id);
                self.permits.insert(step, PermitMark::Granted);
                self.mark_granted(granted);
            }
            Event::SendSucceeded(sent) => {
                self.mark_sent(sent.prospect_id, sent.permit_id);
                self.mark_closed(sent.prospect_id, sent.permit_id);
            }
            Event::SendFailed(failed) => self.mark_closed(failed.prospect_id, failed.permit_id),
            _ => {}
        }
    }

    fn mark_granted(&mut self, permitted: &SendPermitted) {
        let user = self.campaign.present().map(|present| present.user_id);
        if let Some(granted) = user.and_then(|user| granted(user, permitted)) {
            *self.granted.entry(granted).or_default() += 1;
        }
    }

    fn mark_sent(&mut self, prospect_id: ProspectId, permit_id: PermitId) {
        let prospect = self.roster.find(prospect_id);
        let permit = prospect.and_then(|prospect| prospect.permit(permit_id));
        if let Some(permit) = permit
            && let Some(account) = permit.account_id
        {
            *self.sends.entry((account, permit.kind)).or_default() += 1;
        }
    }

    fn mark_closed(&mut self, prospect_id: ProspectId, permit_id: PermitId) {
        let prospect = self.roster.find(prospect_id);
        if let Some(permit) = prospect.and_then(|prospect| prospect.permit(permit_id)) {
            let step = (prospect_id, permit.node_id);
            self.permits.entry(step).or_insert(PermitMark::Closed);
        }
    }
}
