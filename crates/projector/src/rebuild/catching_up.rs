//! A page of what happened since a rebuild began: its campaigns and prospects as they are after the
//! events applied so far, and their rows.

use super::RebuildError;
use super::looker::Looker;
use crate::{CampaignRow, Unit};
use chrono::{DateTime, Utc};
use domain::{BrokenHistory, Campaign, CampaignId, Event, ProspectId, Roster, Version};
use event_store::{JournalId, Recorded};
use futures_util::future::try_join;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use tokio_postgres::Error;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

/// What was recorded at one instant, to be written.
pub(super) struct Write {
    journal: JournalId,
    position: i64,
    at: DateTime<Utc>,
    units: Vec<Unit>,
}

impl Write {
    /// Writes the rows. All statements are sent at the first poll, so that many of these can be under way
    /// on one connection, in their order.
    pub async fn write(&self, looker: &Looker) -> Result<(), Error> {
        let touched: Vec<&Unit> = self.units.iter().collect();
        let client = looker.client();
        let binds: [&(dyn ToSql + Sync); 3] = [&self.journal.0, &self.position, &self.at];
        let moved = client.execute(&looker.move_head, &binds);
        try_join(moved, looker.rows.write(client, self.journal, &touched)).await?;
        Ok(())
    }
}

/// Campaigns and prospects that a page of events is about, as they are after those applied so far.
pub(super) struct Page {
    journal: JournalId,
    campaigns: HashMap<CampaignId, AtHand>,
}

#[derive(Default)]
struct AtHand {
    row: Option<Arc<CampaignRow>>,
    roster: Roster,
}

impl Page {
    pub async fn load(
        looker: &Looker,
        journal: JournalId,
        events: &[Recorded],
    ) -> Result<Self, RebuildError> {
        let ids: BTreeSet<Uuid> = events.iter().map(|event| event.campaign_id.0).collect();
        let ids: Vec<Uuid> = ids.into_iter().collect();
        let wanted: BTreeSet<(CampaignId, ProspectId)> = events.iter().flat_map(named).collect();
        let wanted: Vec<_> = wanted.into_iter().collect();
        let mut campaigns: HashMap<CampaignId, AtHand> = HashMap::new();
        let (client, rows) = (looker.client(), &looker.rows);
        for row in rows.load_campaigns(client, journal, &ids).await? {
            let at_hand = campaigns.entry(row.id).or_default();
            at_hand.row = Some(Arc::new(row));
        }
        for (campaign, id, prospect) in rows.load_prospects(client, journal, &wanted).await? {
            let at_hand = campaigns.entry(campaign).or_default();
            at_hand.roster.put(id, prospect);
        }
        Ok(Self { journal, campaigns })
    }

    /// Applies events that were recorded together.
    pub fn apply(&mut self, together: &[Recorded]) -> Result<Option<Write>, RebuildError> {
        let mut units: HashMap<CampaignId, Unit> = HashMap::new();
        for recorded in together {
            let id = recorded.campaign_id;
            let unit = units.entry(id).or_insert_with(|| self.unit(id));
            let broken = |source| RebuildError::Broken {
                journal: self.journal.0,
                position: recorded.position,
                source,
            };
            apply(unit, recorded).map_err(broken)?;
        }
        let Some(last) = together.last() else {
            return Ok(None);
        };
        let units: Vec<Unit> = units.into_values().collect();
        for unit in &units {
            self.keep(unit, last.recorded_at);
        }
        Ok(Some(Write {
            journal: self.journal,
            position: last.position,
            at: last.recorded_at,
            units,
        }))
    }

    fn unit(&mut self, id: CampaignId) -> Unit {
        let at_hand = self.campaigns.remove(&id).unwrap_or_default();
        let unit = match at_hand.row {
            Some(row) => Unit::present(row),
            None => Unit::rowless(id, Campaign::Absent, Version::default()),
        };
        Unit {
            roster: at_hand.roster,
            ..unit
        }
    }

    fn keep(&mut self, unit: &Unit, at: DateTime<Utc>) {
        let Some(campaign) = unit.campaign.present() else {
            return;
        };
        let created_at = unit.before().map_or(at, |before| before.created_at);
        let row = CampaignRow {
            id: unit.id,
            version: unit.version,
            created_at,
            updated_at: at,
            campaign: campaign.clone(),
        };
        let at_hand = AtHand {
            row: Some(Arc::new(row)),
            roster: unit.roster.clone(),
        };
        self.campaigns.insert(unit.id, at_hand);
    }
}

/// Applies an event that must be the next of its campaign.
fn apply(unit: &mut Unit, recorded: &Recorded) -> Result<(), BrokenHistory> {
    if recorded.version != unit.version.next() {
        let event = recorded.event.event_type();
        return Err(BrokenHistory { event });
    }
    unit.apply(&recorded.event)
}

/// The prospects that an event is about and that are there before it.
fn named(recorded: &Recorded) -> Vec<(CampaignId, ProspectId)> {
    let ids = match &recorded.event {
        Event::ProspectsSkipped(skipped) => skipped.prospect_ids.clone(),
        Event::ProspectsRemoved(removed) => removed.prospect_ids.clone(),
        event => event.prospect().into_iter().collect(),
    };
    ids.into_iter()
        .map(|id| (recorded.campaign_id, id))
        .collect()
}
