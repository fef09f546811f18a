//! Rows turned into columns: one array a bind.

use super::{old_version, present};
use crate::Unit;
use crate::unit::Breadth;
use domain::Present;
use serde::Serialize;
use uuid::Uuid;

#[derive(Default)]
pub(super) struct ProspectColumns {
    pub campaigns: Vec<Uuid>,
    pub ids: Vec<Uuid>,
    pub statuses: Vec<&'static str>,
    pub nodes: Vec<Option<Uuid>>,
    pub permits: Vec<String>,
    pub replies: Vec<i32>,
    pub replied: Vec<bool>,
    pub bounced: Vec<bool>,
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
