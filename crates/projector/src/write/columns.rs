//! Rows turned into columns: one array a bind.

use crate::Unit;
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
