//! A campaign's rows as the log has them.

use crate::granted::{Grants, granted};
use crate::sends::Sends;
use crate::{Added, CampaignRow, PermitRow, ProspectRow};
use chrono::{DateTime, Utc};
use domain::{
    BrokenHistory, Campaign, CampaignId, Event, PermitId, Prospect, ProspectId, ProspectStatus,
    Roster, Version, evolve,
};
use event_store::Fact;
use foldhash::fast::RandomState;
use std::collections::{BTreeMap, HashMap};

/// A prospect with what their rows show.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Standing<'a> {
    pub id: ProspectId,
    pub prospect: &'a Prospect,
    pub times: &'a Times,
}

/// The fold of one campaign's events.
#[derive(Debug, Clone, Default)]
pub struct Replayed {
    campaign: Campaign,
    roster: Roster,
    version: Version,
    created_at: Option<DateTime<Utc>>,
    updated_at: Option<DateTime<Utc>>,
    times: HashMap<ProspectId, Times, RandomState>,
    sends: Sends,
    grants: Grants,
}

#[derive(Debug, Clone, Copy)]
struct PermitTimes {
    id: PermitId,
    granted_at: DateTime<Utc>,
    closed_at: Option<DateTime<Utc>>,
}

/// When something happened to a prospect.
#[derive(Debug, Clone)]
pub(crate) struct Times {
    pub added: Added,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub replied_at: Option<DateTime<Utc>>,
    pub bounced_at: Option<DateTime<Utc>>,
    /// Of their permits: a handful.
    permits: Vec<PermitTimes>,
}

impl<'a> Standing<'a> {
    /// The rows of their permits, in the order of the steps' ids.
    pub fn permits(self, campaign_id: CampaignId) -> impl Iterator<Item = PermitRow> + use<'a> {
        self.prospect.permits().iter().filter_map(move |permit| {
            let times = self.times.permit(permit.id)?;
            Some(PermitRow {
                campaign_id,
                prospect_id: self.id,
                permit: *permit,
                granted_at: times.granted_at,
                closed_at: times.closed_at,
            })
        })
    }
}

impl Replayed {
    /// Applies the campaign's next event.
    ///
    /// # Errors
    /// When the event cannot follow, or is not the next.
    pub fn apply(&mut self, fact: &Fact) -> Result<(), BrokenHistory> {
        if fact.version != self.version.next() {
            return Err(BrokenHistory {
                event: fact.event.event_type(),
            });
        }
        self.note_times(fact);
        self.note_send(fact);
        self.note_grant(fact);
        evolve(&mut self.campaign, &mut self.roster, &fact.event)?;
        self.version = fact.version;
        self.created_at.get_or_insert(fact.recorded_at);
        self.updated_at = Some(fact.recorded_at);
        Ok(())
    }

    /// The campaign's row. `None` when there should not be one.
    #[must_use]
    pub fn row(&self, id: CampaignId) -> Option<CampaignRow> {
        Some(CampaignRow {
            id,
            version: self.version,
            created_at: self.created_at?,
            updated_at: self.updated_at?,
            campaign: self.campaign.present()?.clone(),
        })
    }

    /// Its prospects in the order of their ids.
    pub(crate) fn standings(&self) -> Vec<Standing<'_>> {
        let everyone = self.roster.iter().filter_map(|(id, prospect)| {
            let times = self.times.get(&id)?;
            Some(Standing {
                id,
                prospect,
                times,
            })
        });
        let mut standings: Vec<_> = everyone.collect();
        standings.sort_unstable_by_key(|standing| standing.id);
        standings
    }

    /// The rows of its prospects.
    #[must_use]
    pub fn prospects(&self) -> BTreeMap<ProspectId, ProspectRow> {
        let rows = self.standings().into_iter().map(|standing| {
            let times = standing.times;
            let row = ProspectRow {
                prospect: standing.prospect.clone(),
                replied_at: times.replied_at,
                bounced_at: times.bounced_at,
                created_at: times.created_at,
                updated_at: times.updated_at,
                added: Some(times.added),
            };
            (standing.id, row)
        });
        rows.collect()
    }

    /// The rows of its permits.
    #[must_use]
    pub fn permits(&self, campaign_id: CampaignId) -> BTreeMap<PermitId, PermitRow> {
        let standings = self.standings();
        let rows = standings.iter().flat_map(|one| one.permits(campaign_id));
        rows.map(|row| (row.permit.id, row)).collect()
    }

    /// How many events were applied.
    pub(crate) fn version(&self) -> Version {
        self.version
    }

    /// What accounts sent for it.
    pub(crate) fn sends(&self) -> &Sends {
        &self.sends
    }

    /// What accounts were granted for it.
    pub(crate) fn grants(&self) -> &Grants {
        &self.grants
    }

    fn note_grant(&mut self, fact: &Fact) {
        let Event::SendPermitted(permitted) = &fact.event else {
            return;
        };
        let user = self.campaign.present().map(|present| present.user_id);
        if let Some((user, account, day, kind)) = user.and_then(|user| granted(user, permitted)) {
            let day = day.unwrap_or_else(|| fact.recorded_at.date_naive());
            *self.grants.entry((user, account, day, kind)).or_default() += 1;
        }
    }

    fn note_send(&mut self, fact: &Fact) {
        let Event::SendSucceeded(sent) = &fact.event else {
            return;
        };
        let prospect = self.roster.find(sent.prospect_id);
        let permit = prospect.and_then(|prospect| prospect.permit(sent.permit_id));
        if let Some(permit) = permit
            && let Some(account) = permit.account_id
        {
            let key = (account, fact.recorded_at.date_naive(), permit.kind);
            *self.sends.entry(key).or_default() += 1;
        }
    }

    /// Of those whom a launch leaves out, and who wait again when it fails.
    fn note_left_out(&mut self, event: &Event, at: DateTime<Utc>) {
        let touched: Vec<ProspectId> = match event {
            Event::ProspectsSkipped(skipped) => skipped.prospect_ids.clone(),
            Event::CampaignLaunchFailed(_) => self
                .roster
                .iter()
                .filter(|(_, prospect)| prospect.status == ProspectStatus::Cancelled)
                .map(|(id, _)| id)
                .collect(),
            _ => vec![],
        };
        for id in touched {
            if let Some(times) = self.times.get_mut(&id) {
                times.updated_at = at;
            }
        }
    }

    fn note_times(&mut self, fact: &Fact) {
        let at = fact.recorded_at;
        if let Event::ProspectsAdded(added) = &fact.event {
            let places = Added::of(fact.version, &added.prospect_ids);
            let fresh = places.map(|(id, added)| (id, Times::fresh(added, at)));
            self.times.extend(fresh);
        }
        self.note_left_out(&fact.event, at);
        let about = fact.event.prospect();
        if let Some(times) = about.and_then(|id| self.times.get_mut(&id)) {
            times.note(&fact.event, at);
        }
    }
}

impl Times {
    fn fresh(added: Added, at: DateTime<Utc>) -> Self {
        Self {
            added,
            created_at: at,
            updated_at: at,
            replied_at: None,
            bounced_at: None,
            permits: Vec::new(),
        }
    }

    fn note(&mut self, event: &Event, at: DateTime<Utc>) {
        self.updated_at = at;
        match event {
            Event::ProspectReplied(_) => {
                self.replied_at.get_or_insert(at);
            }
            Event::ProspectBounced(_) => self.bounced_at = Some(at),
            Event::SendPermitted(granted) => self.permits.push(PermitTimes {
                id: granted.permit_id,
                granted_at: at,
                closed_at: None,
            }),
            Event::SendSucceeded(sent) => self.close(sent.permit_id, at),
            Event::SendFailed(failed) => self.close(failed.permit_id, at),
            _ => {}
        }
    }

    fn close(&mut self, id: PermitId, at: DateTime<Utc>) {
        let found = self.permits.iter_mut().find(|permit| permit.id == id);
        if let Some(permit) = found {
            permit.closed_at = Some(at);
        }
    }

    fn permit(&self, id: PermitId) -> Option<&PermitTimes> {
        self.permits.iter().find(|permit| permit.id == id)
    }
}
