//! Catching up: the events since a rebuild began, applied to the shadow rows by the very statements that
//! write live ones.
//!
//! The connection looks at the shadow tables in place of the live ones, so the rows are found and
//! written there, and take their time from the shadow head. Events that were recorded at one instant
//! are one write, as they were when they were decided.

use super::RebuildError;
use crate::{CampaignRow, Rows, Unit};
use chrono::{DateTime, Utc};
use domain::{Campaign, CampaignId, Event, ProspectId, Roster, Version};
use event_store::{JournalId, Recorded, read_after};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use tokio_postgres::Client;
use uuid::Uuid;

/// Events that one page has at most.
pub(super) const PAGE_EVENTS: i64 = 1_000;

/// Applies the next events of `journal` that the shadows have not. How many there were.
pub(super) async fn catch_up(
    client: &Client,
    rows: &Rows,
    journal: JournalId,
) -> Result<usize, RebuildError> {
    let read = include_str!("../../sql/read_shadow_head.sql");
    let head: i64 = client.query_one(read, &[&journal.0]).await?.get("head");
    let events = read_after(client, journal, head, PAGE_EVENTS).await?;
    if events.is_empty() {
        return Ok(0);
    }
    let mut page = Page::load(client, rows, journal, &events).await?;
    for together in events.chunk_by(|one, next| one.recorded_at == next.recorded_at) {
        page.write(client, rows, together).await?;
    }
    Ok(events.len())
}

/// Campaigns and prospects that a page of events is about, as they are after those applied so far.
struct Page {
    journal: JournalId,
    campaigns: HashMap<CampaignId, AtHand>,
}

#[derive(Default)]
struct AtHand {
    row: Option<Arc<CampaignRow>>,
    roster: Roster,
}

impl Page {
    async fn load(
        client: &Client,
        rows: &Rows,
        journal: JournalId,
        events: &[Recorded],
    ) -> Result<Self, RebuildError> {
        let ids: BTreeSet<Uuid> = events.iter().map(|event| event.campaign_id.0).collect();
        let ids: Vec<Uuid> = ids.into_iter().collect();
        let wanted: BTreeSet<(CampaignId, ProspectId)> = events.iter().flat_map(named).collect();
        let wanted: Vec<_> = wanted.into_iter().collect();
        let mut campaigns: HashMap<CampaignId, AtHand> = HashMap::new();
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
    async fn write(
        &mut self,
        client: &Client,
        rows: &Rows,
        together: &[Recorded],
    ) -> Result<(), RebuildError> {
        let mut units: HashMap<CampaignId, Unit> = HashMap::new();
        for recorded in together {
            let id = recorded.campaign_id;
            let unit = units.entry(id).or_insert_with(|| self.unit(id));
            let broken = |source| RebuildError::Broken {
                journal: self.journal.0,
                position: recorded.position,
                source,
            };
            unit.apply(&recorded.event).map_err(broken)?;
        }
        let Some(last) = together.last() else {
            return Ok(());
        };
        let at = last.recorded_at;
        let shift = include_str!("../../sql/move_shadow_head.sql");
        client
            .execute(shift, &[&self.journal.0, &last.position, &at])
            .await?;
        let touched: Vec<&Unit> = units.values().collect();
        rows.write(client, self.journal, &touched).await?;
        for unit in units.into_values() {
            self.keep(unit, at);
        }
        Ok(())
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

    fn keep(&mut self, unit: Unit, at: DateTime<Utc>) {
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
            roster: unit.roster,
        };
        self.campaigns.insert(unit.id, at_hand);
    }
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
