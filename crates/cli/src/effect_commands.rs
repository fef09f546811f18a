//! `fermata effects`: what has to be told to the world, what became of it, and why.
//!
//! Works on the database alone, whether or not a service runs; a service that runs looks for what
//! became due within a second.

use crate::arguments::{EffectsCommand, Json};
use crate::configuration::Configuration;
use crate::database::Database;
use crate::output;
use domain::CampaignId;
use outbox::{
    EffectFilter, EffectId, EffectState, KnownEffect, LISTED_EFFECTS_MAX, Operated, Operation,
    RETRIED_MAX,
};
use serde_json::json;
use std::error::Error;
use tokio_postgres::Client;
use web::{DossierJson, EffectJson};

const OPERATOR: &str = "an operator at the command line";
/// The kind of an effect that is a launch.
const LAUNCH: &str = "start_run";

/// Does what was asked with effects.
///
/// # Errors
/// When the database cannot be opened, or what was asked cannot be.
pub async fn run(
    configuration: &Configuration,
    command: EffectsCommand,
) -> Result<(), Box<dyn Error>> {
    let database = Database::open(configuration).await?;
    let connection = database.connect().await?;
    let done = dispatch(&connection.client, command).await;
    drop(connection);
    database.close().await?;
    done
}

async fn dispatch(client: &Client, command: EffectsCommand) -> Result<(), Box<dyn Error>> {
    match command {
        EffectsCommand::List {
            state,
            campaign,
            after,
            limit,
            json,
        } => {
            let filter = EffectFilter {
                state: state.as_deref().map(read_state).transpose()?,
                campaign_id: campaign.map(CampaignId),
                after,
            };
            list(client, filter, limit, json).await
        }
        EffectsCommand::Explain { effect, json } => explain(client, effect, json).await,
        EffectsCommand::Retry {
            effect,
            campaign,
            all: _,
        } => match effect {
            Some(effect) => operate(client, effect, Operation::Retry).await,
            None => retry_many(client, campaign.map(CampaignId)).await,
        },
        EffectsCommand::Park { effect } => operate(client, effect, Operation::Park).await,
        EffectsCommand::Cancel { effect } => operate(client, effect, Operation::Cancel).await,
    }
}

fn read_state(word: &str) -> Result<EffectState, String> {
    EffectState::of(word).ok_or_else(|| {
        let known = EffectState::ALL.map(EffectState::as_str).join(", ");
        format!("{word} is no state of an effect; states are {known}")
    })
}

async fn list(
    client: &Client,
    filter: EffectFilter,
    limit: u16,
    format: Json,
) -> Result<(), Box<dyn Error>> {
    let limit = i64::from(limit).min(LISTED_EFFECTS_MAX);
    let effects = outbox::list_effects(client, filter, limit).await?;
    if format.json {
        let listed: Vec<EffectJson> = effects.iter().map(EffectJson::of).collect();
        return Ok(output::json(&json!({"effects": listed}))?);
    }
    let rows: Vec<Vec<String>> = effects.iter().map(row).collect();
    let heading = ["effect", "state", "kind", "campaign", "recorded", "why"];
    Ok(output::table(&heading, &rows)?)
}

fn row(effect: &KnownEffect) -> Vec<String> {
    vec![
        effect.id.to_string(),
        effect.state.as_str().to_owned(),
        effect.kind.clone(),
        effect.campaign_id.to_string(),
        web::instant(effect.enqueued_at),
        effect.reason().unwrap_or_default().to_owned(),
    ]
}

async fn explain(client: &Client, id: EffectId, format: Json) -> Result<(), Box<dyn Error>> {
    let dossier = outbox::look_into(client, id).await?;
    let dossier = dossier.ok_or_else(|| unknown(id))?;
    if format.json {
        return Ok(output::json(&DossierJson::of(&dossier))?);
    }
    let lines = outbox::explain(&dossier);
    Ok(lines.iter().try_for_each(|line| output::line(line))?)
}

fn unknown(id: EffectId) -> String {
    format!("there is no effect {id}, or it was forgotten; `fermata effects list` lists them")
}

async fn operate(
    client: &Client,
    id: EffectId,
    operation: Operation,
) -> Result<(), Box<dyn Error>> {
    match outbox::operate(client, id, operation, OPERATOR).await? {
        Operated::Done => {
            let said = match operation {
                Operation::Retry => "is tried anew by the service that runs, or the next one",
                Operation::Park => "is parked: nobody tries it until it is retried",
                Operation::Cancel if is_launch(client, id).await? => {
                    "is cancelled: no engine is asked to start the run"
                }
                Operation::Cancel => "is cancelled; its tokens wait for the next effect",
            };
            Ok(output::line(&format!("{id} {said}"))?)
        }
        Operated::Unknown => Err(unknown(id).into()),
        Operated::Refused(state) => {
            let (state, operation) = (state.as_str(), operation.as_str());
            Err(format!("effect {id} is {state}; there is nothing to {operation}").into())
        }
    }
}

async fn is_launch(client: &Client, id: EffectId) -> Result<bool, Box<dyn Error>> {
    let dossier = outbox::look_into(client, id).await?;
    Ok(dossier.is_some_and(|found| found.effect.kind == LAUNCH))
}

async fn retry_many(client: &Client, campaign: Option<CampaignId>) -> Result<(), Box<dyn Error>> {
    let retried = outbox::retry_many(client, campaign, RETRIED_MAX).await?;
    let (effects, tokens) = (retried.effects, retried.owed_tokens);
    Ok(output::line(&format!(
        "{effects} parked effects are tried anew, and {tokens} parked tokens that are owed a \
         completion"
    ))?)
}
