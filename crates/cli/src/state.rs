//! `fermata state`: a campaign as it is, or as it was at a version or an instant, replayed from the log.

use crate::arguments::Json;
use crate::configuration::Configuration;
use crate::fields::{fields, shown};
use crate::output;
use crate::past::{ask, look};
use domain::{Campaign, CampaignId};
use event_store::Moment;
use projector::Past;
use serde_json::{Value, json};
use std::error::Error;
use web::WholeCampaignJson;

/// Shows a campaign as it was at `moment`.
///
/// # Errors
/// When the database cannot be opened, or there was no campaign then.
pub async fn run(
    configuration: &Configuration,
    campaign: CampaignId,
    moment: Moment,
    format: Json,
) -> Result<(), Box<dyn Error>> {
    ask(configuration, async |client| {
        let past = look(client, campaign, moment).await?;
        let value = value(campaign, &past)?;
        if format.json {
            return Ok(output::json(&value)?);
        }
        let rows: Vec<Vec<String>> = fields(&value)
            .iter()
            .map(|(path, value)| vec![path.clone(), shown(Some(value))])
            .collect();
        Ok(output::table(&["field", "value"], &rows)?)
    })
    .await
}

/// In the documented shape, with its place in the history. Sender accounts are ids: the log knows no
/// more of them.
fn value(campaign: CampaignId, past: &Past) -> Result<Value, Box<dyn Error>> {
    let at = past.updated_at().map(web::instant).unwrap_or_default();
    match past.campaign() {
        Campaign::Absent => Err(format!("campaign {campaign} was not there yet").into()),
        Campaign::Deleted => {
            let version = past.version();
            Err(format!("campaign {campaign} was deleted at {at}, by version {version}").into())
        }
        Campaign::Present(_) => {
            let row = past.row();
            let whole = row.as_ref().map(WholeCampaignJson::of);
            let mut value = serde_json::to_value(whole)?;
            if let Some(fields) = value.as_object_mut() {
                fields.insert("version".to_owned(), json!(past.version()));
                fields.insert("recorded_at".to_owned(), json!(at));
            }
            Ok(value)
        }
    }
}
