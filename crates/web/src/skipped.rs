//! Whom a launch left out, in its answer: `skippedProspects` (campaign API, section 1.7).
//!
//! The rules' answer, which is also the one that is stored for a repeated request, names them by id
//! alone. Who they are is read for each answer anew, so that no stored answer holds it.

use crate::app::App;
use crate::problem::Problem;
use crate::read::read;
use commands::Done;
use domain::{CampaignId, Event, ProspectId, UserId};
use people::{Field, find_leads};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::HashMap;
use utoipa::ToSchema;

/// Those who are named in an answer; more are counted.
const NAMED_MAX: usize = 1_000;
const KEY: &str = "skippedProspects";

/// Somebody who was left out.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SkippedProspect)]
pub(crate) struct SkippedJson {
    #[schema(value_type = Uuid)]
    id: ProspectId,
    /// Empty when none is on file.
    name: String,
    linkedin_url: String,
}

/// How many a launch left out, and the first of them by id.
pub(crate) fn skipped(done: &Done) -> (usize, Vec<SkippedJson>) {
    let ids = |event: &Event| match event {
        Event::ProspectsSkipped(skipped) => skipped.prospect_ids.clone(),
        _ => vec![],
    };
    let ids: Vec<ProspectId> = done.told.iter().flat_map(|told| ids(&told.event)).collect();
    let unnamed = |id: &ProspectId| SkippedJson {
        id: *id,
        name: String::new(),
        linkedin_url: String::new(),
    };
    (ids.len(), ids.iter().take(NAMED_MAX).map(unnamed).collect())
}

/// The answer with the names of whom it says were left out.
pub(crate) async fn named(
    app: &App,
    whose: (CampaignId, UserId),
    body: String,
) -> Result<String, Problem> {
    if !body.contains(KEY) {
        return Ok(body);
    }
    let mut answer: Value =
        serde_json::from_str(&body).map_err(|error| Problem::unreadable(&error))?;
    let listed = answer.get_mut(KEY).and_then(Value::as_array_mut);
    let listed = listed.map(Vec::as_mut_slice).unwrap_or_default();
    let id = |row: &Value| serde_json::from_value(row.get("id")?.clone()).ok();
    let ids: Vec<ProspectId> = listed.iter().filter_map(id).collect();
    let journal = app.lanes.journal_of(whose.1);
    let found = read(app, async |client| {
        find_leads(client, journal, whose, &ids).await
    });
    let known: HashMap<_, _> = found.await?.into_iter().map(|it| (it.id, it)).collect();
    for row in listed {
        let Some(lead) = id(row).and_then(|id| known.get(&id)) else {
            continue;
        };
        let profile = lead.details.get(Field::LinkedinUrl).unwrap_or_default();
        *row = json!({
            "id": lead.id,
            "name": lead.details.full_name().unwrap_or_default(),
            "linkedin_url": profile,
        });
    }
    Ok(answer.to_string())
}
