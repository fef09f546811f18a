//! A campaign's rows as the log has them.

use crate::{CampaignRow, ProspectRow};
use chrono::{DateTime, Utc};
use domain::{BrokenHistory, Campaign, CampaignId, ProspectId, Roster, Version, evolve};
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

    fn note_times(&mut self, recorded: &Recorded) {
        let at = recorded.recorded_at;
        if let domain::Event::ProspectsAdded(added) = &recorded.event {
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
        let Some(times) = recorded
            .event
            .prospect()
            .and_then(|id| self.times.get_mut(&id))
        else {
            return;
        };
        times.updated_at = at;
        match recorded.event {
            domain::Event::ProspectReplied(_) => {
                times.replied_at.get_or_insert(at);
            }
            domain::Event::ProspectBounced(_) => times.bounced_at = Some(at),
            _ => {}
        }
    }
}
