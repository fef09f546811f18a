//! `fermata diff`: what changed in a campaign between two moments, field by field.
//!
//! Both sides are replayed from the log. What is compared is everything that the log says: settings,
//! steps, the stage with what belongs to it, counts, and each prospect with their permits.

use crate::arguments::Json;
use crate::configuration::Configuration;
use crate::fields::{fields, shown};
use crate::output;
use crate::past::{ask, look};
use domain::{Campaign, CampaignId, Present, Prospect, Roster};
use event_store::Moment;
use projector::Past;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;

/// A field that differs: its path, and what it was on either side.
type Difference = (String, Option<Value>, Option<Value>);

/// Shows what changed in a campaign from one moment to another.
///
/// # Errors
/// When the database cannot be opened, or there never was such a campaign.
pub async fn run(
    configuration: &Configuration,
    campaign: CampaignId,
    (from, to): (Moment, Moment),
    format: Json,
) -> Result<(), Box<dyn Error>> {
    ask(configuration, async |client| {
        let from = look(client, campaign, from).await?;
        let to = look(client, campaign, to).await?;
        let differences = differences(&from, &to)?;
        if format.json {
            let value = json!({
                "campaign_id": campaign,
                "from": side(&from),
                "to": side(&to),
                "differences": differences.iter().map(as_json).collect::<Vec<Value>>(),
            });
            return Ok(output::json(&value)?);
        }
        let rows: Vec<Vec<String>> = differences
            .iter()
            .map(|(path, was, is)| vec![path.clone(), shown(was.as_ref()), shown(is.as_ref())])
            .collect();
        let (from, to) = (from.version(), to.version());
        let heading = [
            "field",
            &format!("version {from}"),
            &format!("version {to}"),
        ];
        Ok(output::table(&heading, &rows)?)
    })
    .await
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

fn differences(from: &Past, to: &Past) -> Result<Vec<Difference>, Box<dyn Error>> {
    let (was, is) = (campaign(from.campaign())?, campaign(to.campaign())?);
    let mut all = differing(&was, &is);
    all.extend(differing_prospects(from.roster(), to.roster()));
    Ok(all)
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

fn differing_prospects(was: &Roster, is: &Roster) -> Vec<Difference> {
    let everyone: BTreeSet<_> = was.iter().chain(is.iter()).map(|(id, _)| id).collect();
    let changed = everyone
        .into_iter()
        .filter(|id| was.find(*id) != is.find(*id));
    changed
        .flat_map(|id| {
            let [was, is] = [was, is].map(|side| {
                let found = side.find(id).map(prospect);
                let name = id.0.to_string();
                json!({"prospects": Map::from_iter(found.map(|value| (name, value)))})
            });
            differing(&was, &is)
        })
        .filter(|(path, _, _)| path != "prospects")
        .collect()
}

fn prospect(prospect: &Prospect) -> Value {
    let permits = prospect.permits().iter().map(|permit| {
        json!({
            "id": permit.id,
            "node_id": permit.node_id,
            "send": permit.kind.as_str(),
            "account_id": permit.account_id,
            "state": permit.state.as_str(),
        })
    });
    let permits: Vec<Value> = permits.collect();
    let mut value = json!({
        "status": prospect.status.as_str(),
        "node_id": prospect.node_id,
        "replies": prospect.replies,
    });
    if let Some(fields) = value.as_object_mut().filter(|_| !permits.is_empty()) {
        fields.insert("permits".to_owned(), json!(permits));
    }
    value
}
