//! A campaign's rows as the log has them.

use crate::sends::Sends;
use crate::{CampaignRow, PermitRow, ProspectRow};
use chrono::{DateTime, Utc};
use domain::{
    BrokenHistory, Campaign, CampaignId, Event, PermitId, ProspectId, ProspectStatus, Roster,
    Version, evolve,
};
use event_store::Recorded;
use std::collections::{BTreeMap, HashMap};

/// The fold of one campaign's events.
#[derive(Debug, Clone, Default)]
pub struct Replayed {
    campaign: Campaign,
    roster: Roster,
    version: Version,
    created_at: Option<DateTime<Utc>>,
    updated_at: Option<DateTime<Utc>>,
    times: HashMap<ProspectId, Times>,
    permit_times: HashMap<PermitId, PermitTimes>,
    sends: Sends,
}

#[derive(Debug, Clone, Copy)]
struct PermitTimes {
    granted_at: DateTime<Utc>,
    closed_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, Copy)]
struct Times {
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    replied_at: Option<DateTime<Utc>>,
    bounced_at: Option<DateTime<Utc>>,
}

impl Replayed {
    /// Applies the campaign's next event.
    ///
    /// # Errors
    /// When the event cannot follow, or is not the next.
    pub fn apply(&mut self, recorded: &Recorded) -> Result<(), BrokenHistory> {
        if recorded.version != self.version.next() {
            return Err(BrokenHistory {
                event: recorded.event.event_type(),
            });
        }
        self.note_times(recorded);
        self.note_permit_times(recorded);
        self.note_send(recorded);
        evolve(&mut self.campaign, &mut self.roster, &recorded.event)?;
        self.version = recorded.version;
        self.created_at.get_or_insert(recorded.recorded_at);
        self.updated_at = Some(recorded.recorded_at);
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
        let of_everyone = self
            .roster
            .iter()
            .flat_map(|(id, prospect)| prospect.permits().iter().map(move |permit| (id, permit)));
        let rows = of_everyone.filter_map(|(prospect_id, permit)| {
            let times = self.permit_times.get(&permit.id)?;
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

    /// What accounts sent for it.
    pub(crate) fn sends(&self) -> &Sends {
        &self.sends
    }

    fn note_send(&mut self, recorded: &Recorded) {
        let Event::SendSucceeded(sent) = &recorded.event else {
            return;
        };
        let prospect = self.roster.find(sent.prospect_id);
        let permit = prospect.and_then(|prospect| prospect.permit(sent.permit_id));
        if let Some(permit) = permit
            && let Some(account) = permit.account_id
        {
            let key = (account, recorded.recorded_at.date_naive(), permit.kind);
            *self.sends.entry(key).or_default() += 1;
        }
    }

    fn note_permit_times(&mut self, recorded: &Recorded) {
        let at = recorded.recorded_at;
        match &recorded.event {
            Event::SendPermitted(granted) => {
                let fresh = PermitTimes {
                    granted_at: at,
                    closed_at: None,
                };
                self.permit_times.insert(granted.permit_id, fresh);
            }
            Event::SendSucceeded(sent) => self.note_closed(sent.permit_id, at),
            Event::SendFailed(failed) => self.note_closed(failed.permit_id, at),
            _ => {}
        }
    }

    fn note_closed(&mut self, id: PermitId, at: DateTime<Utc>) {
        if let Some(times) = self.permit_times.get_mut(&id) {
            times.closed_at = Some(at);
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

    fn note_times(&mut self, recorded: &Recorded) {
        let at = recorded.recorded_at;
        if let Event::ProspectsAdded(added) = &recorded.event {
            for id in &added.prospect_ids {
                let fresh = Times {
                    created_at: at,
                    updated_at: at,
                    replied_at: None,
                    bounced_at: None,
                };
                self.times.insert(*id, fresh);
            }
        }
        self.note_left_out(&recorded.event, at);
        let Some(times) = recorded
            .event
            .prospect()
            .and_then(|id| self.times.get_mut(&id))
        else {
            return;
        };
        times.updated_at = at;
        match recorded.event {
            Event::ProspectReplied(_) => {
                times.replied_at.get_or_insert(at);
            }
            Event::ProspectBounced(_) => times.bounced_at = Some(at),
            _ => {}
        }
    }
}
