//! Rows turned into columns: one array a bind.

use super::{old_version, present};
use crate::Unit;
use crate::unit::{Breadth, PermitMark};
use domain::Present;
use serde::Serialize;
use uuid::Uuid;

#[derive(Default)]
pub(super) struct ProspectColumns {
    pub campaigns: Vec<Uuid>,
    pub ids: Vec<Uuid>,
    pub statuses: Vec<&'static str>,
    pub nodes: Vec<Option<Uuid>>,
    pub replies: Vec<i32>,
    pub added_versions: Vec<i64>,
    pub added_places: Vec<i32>,
}

#[derive(Default)]
pub(super) struct PermitColumns {
    pub campaigns: Vec<Uuid>,
    pub prospects: Vec<Uuid>,
    pub nodes: Vec<Uuid>,
    pub ids: Vec<Uuid>,
    pub states: Vec<&'static str>,
    pub sends: Vec<&'static str>,
    pub accounts: Vec<Option<Uuid>>,
}

impl PermitColumns {
    /// The permits that `units` did `what` to, as they are now.
    pub fn of(units: &[&Unit], what: PermitMark) -> Self {
        let mut columns = Self::default();
        for (unit, _) in present(units, |_| true) {
            let marked = unit.permits.iter().filter(|(_, mark)| **mark == what);
            for ((prospect_id, node_id), _) in marked {
                let holder = unit.roster.find(*prospect_id);
                let Some(permit) = holder.and_then(|holder| holder.permit_for(*node_id)) else {
                    continue;
                };
                columns.campaigns.push(unit.id.0);
                columns.prospects.push(prospect_id.0);
                columns.nodes.push(node_id.0);
                columns.ids.push(permit.id.0);
                columns.states.push(permit.state.as_str());
                columns.sends.push(permit.kind.as_str());
                columns
                    .accounts
                    .push(permit.account_id.map(|account| account.0));
            }
        }
        columns
    }
}

/// The rows of campaigns of which stage and counters changed.
pub(super) struct Counters {
    pub ids: Vec<Uuid>,
    pub old_versions: Vec<i64>,
    pub versions: Vec<i64>,
    pub stages: Vec<String>,
    pub censuses: Vec<String>,
    pub tallies: Vec<String>,
}

impl Counters {
    pub fn of(units: &[(&Unit, &Present)]) -> Self {
        let each = |text: fn(&Present) -> String| {
            units.iter().map(|(_, campaign)| text(campaign)).collect()
        };
        Self {
            ids: units.iter().map(|(unit, _)| unit.id.0).collect(),
            old_versions: units.iter().map(|(unit, _)| old_version(unit)).collect(),
            versions: units.iter().map(|(unit, _)| unit.version.0).collect(),
            stages: each(|campaign| json(&campaign.stage)),
            censuses: each(|campaign| json(&campaign.census)),
            tallies: each(|campaign| json(&campaign.tally)),
        }
    }
}

pub(super) struct Whole<'a> {
    pub ids: Vec<Uuid>,
    pub versions: Vec<i64>,
    pub stages: Vec<String>,
    pub censuses: Vec<String>,
    pub tallies: Vec<String>,
    pub names: Vec<&'a str>,
    pub settings: Vec<String>,
    pub sequences: Vec<String>,
}

impl<'a> Whole<'a> {
    pub fn of(units: &[(&'a Unit, &'a Present)]) -> Self {
        let each = |text: fn(&Present) -> String| {
            units.iter().map(|(_, campaign)| text(campaign)).collect()
        };
        Self {
            ids: units.iter().map(|(unit, _)| unit.id.0).collect(),
            versions: units.iter().map(|(unit, _)| unit.version.0).collect(),
            stages: each(|campaign| json(&campaign.stage)),
            censuses: each(|campaign| json(&campaign.census)),
            tallies: each(|campaign| json(&campaign.tally)),
            names: units
                .iter()
                .map(|(_, campaign)| campaign.settings.name.as_str())
                .collect(),
            settings: each(|campaign| json(&campaign.settings)),
            sequences: each(|campaign| json(&campaign.sequence)),
        }
    }
}

/// The domain's values always have a JSON: their keys are text and their numbers finite.
pub(super) fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| String::from("null"))
}

/// The rows of campaigns that changed their stage and nothing else: one array a bind.
#[derive(Debug, Default)]
pub struct Moves {
    /// Whose.
    pub ids: Vec<Uuid>,
    /// Where the rows must be.
    pub old_versions: Vec<i64>,
    /// Where they go.
    pub versions: Vec<i64>,
    /// The stages, as JSON.
    pub stages: Vec<String>,
}

impl Moves {
    /// All of `units` as moves, if that is all that they are.
    #[must_use]
    pub fn only(units: &[&Unit]) -> Option<Self> {
        units
            .iter()
            .all(|unit| is_move(unit))
            .then(|| Self::among(units))
    }

    /// The moves among `units`.
    pub(crate) fn among(units: &[&Unit]) -> Self {
        let mut moves = Self::default();
        for (unit, campaign) in present(units, is_move) {
            moves.ids.push(unit.id.0);
            moves.old_versions.push(old_version(unit));
            moves.versions.push(unit.version.0);
            moves.stages.push(json(&campaign.stage));
        }
        moves
    }
}

fn is_move(unit: &Unit) -> bool {
    unit.before.is_some() && unit.breadth == Breadth::Stage
}
