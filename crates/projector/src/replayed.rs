//! A campaign's rows as the log has them.

use crate::sends::Sends;
use crate::{CampaignRow, PermitRow, ProspectRow};
use chrono::{DateTime, Utc};
use domain::{
    BrokenHistory, Campaign, CampaignId, Event, PermitId, ProspectId, ProspectStatus, Roster,
    Version, evolve,
};
use event_store::Fact;
use foldhash::fast::RandomState;
use std::collections::{BTreeMap, HashMap};

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
}

#[derive(Debug, Clone, Copy)]
struct PermitTimes {
    id: PermitId,
    granted_at: DateTime<Utc>,
    closed_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone)]
struct Times {
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    replied_at: Option<DateTime<Utc>>,
    bounced_at: Option<DateTime<Utc>>,
    /// Of their permits: a handful.
    permits: Vec<PermitTimes>,
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

    /// The rows of its prospects.
    #[must_use]
    pub fn prospects(&self) -> BTreeMap<ProspectId, ProspectRow> {
        let rows = self.roster.iter().filter_map(|(id, prospect)| {
            let times = self.times.get(&id)?;
            let row = ProspectRow {
                prospect: prospect.clone(),
                replied_at: times.replied_at,
                bounced_at: times.bounced_at,
                created_at: times.created_at,
                updated_at: times.updated_at,
            };
            Some((id, row))
        });
        rows.collect()
    }

    /// The rows of its permits.
    #[must_use]
    pub fn permits(&self, campaign_id: CampaignId) -> BTreeMap<PermitId, PermitRow> {
        let of_everyone = self.roster.iter().flat_map(|(id, prospect)| {
            let times = self.times.get(&id);
            let permits = prospect.permits().iter();
            permits.map(move |permit| (id, times, permit))
        });
        let rows = of_everyone.filter_map(|(prospect_id, times, permit)| {
            let times = times?.permit(permit.id)?;
            let row = PermitRow {
                campaign_id,
                prospect_id,
                permit: *permit,
                granted_at: times.granted_at,
                closed_at: times.closed_at,
            };
            Some((permit.id, row))
        });
        rows.collect()
    }

    /// How many events were applied.
    pub(crate) fn version(&self) -> Version {
        self.version
    }

    /// What accounts sent for it.
    pub(crate) fn sends(&self) -> &Sends {
        &self.sends
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
            let fresh = added.prospect_ids.iter().map(|id| (*id, Times::fresh(at)));
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
    fn fresh(at: DateTime<Utc>) -> Self {
        Self {
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
