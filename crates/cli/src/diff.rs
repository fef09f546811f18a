//! `fermata diff`: what changed in a campaign between two moments, field by field.
//!
//! Both sides are replayed from the log. What is compared is everything that the log says: settings,
//! steps, the stage with what belongs to it, counts, and each prospect with their permits. People are
//! shown how many prospects changed in which way (`moves`), and each of them when they ask for it; programs
//! get everything. What is shown is written as it is found: memory is that of the two sides.

mod moves;
mod prospects;

use crate::arguments::Json;
use crate::configuration::Configuration;
use crate::fields::{fields, shown};
use crate::output::{self, JsonDocument, TableWriter};
use crate::past::{ask, look};
use clap::Args;
use domain::{Campaign, CampaignId, Present};
use event_store::Moment;
use moves::Moves;
use projector::Past;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;

/// A field that differs: its path, and what it was on either side.
type Difference = (String, Option<Value>, Option<Value>);

/// Which prospects are shown one by one.
#[derive(Debug, Clone, Copy, Args)]
pub struct DiffView {
    /// List each prospect that changed, field by field, and not only how many changed in which way.
    #[arg(long)]
    pub prospects: bool,
    /// How to show it.
    #[command(flatten)]
    pub json: Json,
}

/// Shows what changed in a campaign from one moment to another.
///
/// # Errors
/// When the database cannot be opened, or there never was such a campaign.
pub async fn run(
    configuration: &Configuration,
    campaign: CampaignId,
    (from, to): (Moment, Moment),
    view: DiffView,
) -> Result<(), Box<dyn Error>> {
    ask(configuration, async |client| {
        let from = look(client, campaign, from).await?;
        let to = look(client, campaign, to).await?;
        if view.json.json {
            return show_json(campaign, &from, &to);
        }
        show_table(&from, &to, view)
    })
    .await
}

fn show_table(from: &Past, to: &Past, view: DiffView) -> Result<(), Box<dyn Error>> {
    let (was, is) = (from.version(), to.version());
    let heading = ["field", &format!("version {was}"), &format!("version {is}")];
    let mut table = TableWriter::begin(&heading)?;
    let row = |(path, was, is): Difference| [path, shown(was.as_ref()), shown(is.as_ref())];
    for difference in of_campaign(from, to)? {
        table.row(&row(difference))?;
    }
    if view.prospects {
        for difference in prospects::differences(from.roster(), to.roster()) {
            table.row(&row(difference))?;
        }
        return Ok(table.end()?);
    }
    table.end()?;
    let moves = Moves::between(from.roster(), to.roster());
    if moves.changed == 0 {
        return Ok(());
    }
    output::line("")?;
    output::table(&["prospects", "from", "to", "count"], &moves.rows())?;
    output::line("")?;
    let changed = moves.changed;
    Ok(output::line(&format!(
        "Prospects that changed: {changed}. --prospects lists each of them."
    ))?)
}

/// All of it, however much that is.
fn show_json(campaign: CampaignId, from: &Past, to: &Past) -> Result<(), Box<dyn Error>> {
    let mut document = JsonDocument::begin();
    document.put("{\n  \"campaign_id\": ")?;
    document.value(&campaign)?;
    document.put(",\n  \"from\": ")?;
    document.value(&side(from))?;
    document.put(",\n  \"to\": ")?;
    document.value(&side(to))?;
    document.put(",\n  \"prospects\": ")?;
    document.value(&Moves::between(from.roster(), to.roster()).value())?;
    document.put(",\n  \"differences\": [")?;
    let prospects = prospects::differences(from.roster(), to.roster());
    let all = of_campaign(from, to)?.into_iter().chain(prospects);
    let mut separator = "\n    ";
    for difference in all {
        document.put(separator)?;
        document.value(&as_json(&difference))?;
        separator = ",\n    ";
    }
    document.put("\n  ]\n}")?;
    Ok(document.end()?)
}

fn side(past: &Past) -> Value {
    json!({"version": past.version(), "recorded_at": past.updated_at().map(web::instant)})
}

/// A side that had no such field has none here.
fn as_json((path, was, is): &Difference) -> Value {
    let mut fields = Map::from_iter([("field".to_owned(), json!(path))]);
    for (name, value) in [("from", was), ("to", is)] {
        if let Some(value) = value {
            fields.insert(name.to_owned(), value.clone());
        }
    }
    Value::Object(fields)
}

fn of_campaign(from: &Past, to: &Past) -> Result<Vec<Difference>, Box<dyn Error>> {
    let (was, is) = (campaign(from.campaign())?, campaign(to.campaign())?);
    Ok(differing(&was, &is))
}

fn differing(was: &Value, is: &Value) -> Vec<Difference> {
    let sides = [was, is].map(|side| BTreeMap::from_iter(fields(side)));
    let [mut was, mut is] = sides;
    let paths: BTreeSet<String> = was.keys().chain(is.keys()).cloned().collect();
    let both = paths.into_iter().map(|path| {
        let (was, is) = (was.remove(&path), is.remove(&path));
        (path, was, is)
    });
    both.filter(|(_, was, is)| was != is).collect()
}

/// A campaign as the log has it, its prospects apart.
fn campaign(campaign: &Campaign) -> Result<Value, serde_json::Error> {
    let value = match campaign {
        Campaign::Absent => json!({"presence": "not there yet"}),
        Campaign::Deleted => json!({"presence": "deleted"}),
        Campaign::Present(present) => json!({
            "presence": "there",
            "stage": present.stage,
            "settings": *present.settings,
            "steps": steps(present)?,
            "prospects_by_status": present.census.by_status(),
            "prospects_reached": present.census.reached,
            "open_permits": present.census.open_permits,
            "permits_of_the_day": present.tally,
        }),
    };
    Ok(value)
}

fn steps(present: &Present) -> Result<Vec<Value>, serde_json::Error> {
    let nodes = present.sequence.nodes().iter().enumerate();
    nodes
        .map(|(position, node)| {
            let mut step = serde_json::to_value(node)?;
            if let Some(fields) = step.as_object_mut() {
                fields.insert("position".to_owned(), json!(position));
            }
            Ok(step)
        })
        .collect()
}
