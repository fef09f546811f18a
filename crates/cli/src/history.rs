//! `fermata history`: everything that ever happened to a campaign, and what each event causes.

use crate::arguments::Json;
use crate::configuration::Configuration;
use crate::database::Database;
use crate::in_flight::{InFlight, in_words};
use crate::output::{JsonDocument, TableWriter};
use domain::{CampaignId, PermitId, Version};
use event_store::{Actor, JournalId, PAGE_MAX, ReadError, Recorded, read_stream};
use outbox::{EffectId, WaitingEffect, list_of_campaign};
use projector::{find_journal, find_missing};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::error::Error;
use tokio_postgres::Client;

/// Prints the history of a campaign, oldest first, a page at a time.
///
/// # Errors
/// When the database cannot be opened, or there never was such a campaign.
pub async fn run(
    configuration: &Configuration,
    campaign: CampaignId,
    format: Json,
) -> Result<(), Box<dyn Error>> {
    let database = Database::open(configuration).await?;
    let connection = database.connect().await?;
    let shown = show(&connection.client, campaign, format).await;
    drop(connection);
    database.close().await?;
    shown
}

async fn show(client: &Client, campaign: CampaignId, format: Json) -> Result<(), Box<dyn Error>> {
    let Some(journal) = find_journal(client, campaign).await? else {
        return Err(format!("there never was a campaign {campaign}").into());
    };
    if format.json {
        show_json(client, journal, campaign).await
    } else {
        show_table(client, journal, campaign).await
    }
}

async fn show_table(
    client: &Client,
    journal: JournalId,
    campaign: CampaignId,
) -> Result<(), Box<dyn Error>> {
    let heading = ["version", "recorded", "event", "by", "reason", "causes"];
    let mut table = TableWriter::begin(&heading)?;
    let mut in_flight = InFlight::default();
    let mut version = Version::default();
    loop {
        let (events, effects) = page(client, journal, campaign, version).await?;
        let Some(last) = events.last() else {
            all_seen(client, journal, campaign, version).await?;
            break;
        };
        version = last.version;
        for event in &events {
            table.row(&row(event, &effects, in_flight.follow(&event.event)))?;
        }
    }
    Ok(table.end()?)
}

/// One document, written as it is read, however long the history.
async fn show_json(
    client: &Client,
    journal: JournalId,
    campaign: CampaignId,
) -> Result<(), Box<dyn Error>> {
    let mut in_flight = InFlight::default();
    let mut document = JsonDocument::begin();
    document.put("{\"campaign_id\":")?;
    document.value(&campaign)?;
    document.put(",\"events\":[")?;
    let mut version = Version::default();
    loop {
        let (events, effects) = page(client, journal, campaign, version).await?;
        let Some(last) = events.last() else {
            all_seen(client, journal, campaign, version).await?;
            break;
        };
        for event in &events {
            let is_first = event.version.0 == 1;
            document.put(if is_first { "\n  " } else { ",\n  " })?;
            let mut value = value(event, &effects)?;
            if let Some(open) = in_flight.follow(&event.event)
                && let Some(fields) = value.as_object_mut()
            {
                fields.insert("open_permits".to_owned(), json!(open));
            }
            document.value(&value)?;
        }
        version = last.version;
    }
    document.put("\n]}")?;
    Ok(document.end()?)
}

/// Fails if the campaign has had more events than those up to `version`.
async fn all_seen(
    client: &Client,
    journal: JournalId,
    campaign: CampaignId,
    version: Version,
) -> Result<(), Box<dyn Error>> {
    match find_missing(client, journal, campaign, version).await? {
        Some(Version(version)) => Err(ReadError::StreamBroken { campaign, version }.into()),
        None => Ok(()),
    }
}

async fn page(
    client: &Client,
    journal: JournalId,
    campaign: CampaignId,
    after: Version,
) -> Result<(Vec<Recorded>, Vec<WaitingEffect>), Box<dyn Error>> {
    let events = read_stream(client, journal, campaign, after, PAGE_MAX).await?;
    let (Some(first), Some(last)) = (events.first(), events.last()) else {
        return Ok((events, vec![]));
    };
    let effects =
        list_of_campaign(client, journal, campaign, first.position, last.position).await?;
    Ok((events, effects))
}

fn row(
    event: &Recorded,
    effects: &[WaitingEffect],
    in_flight: Option<Vec<PermitId>>,
) -> Vec<String> {
    let mut causes: Vec<String> = effects
        .iter()
        .filter(|effect| effect.position == event.position)
        .map(|effect| format!("{} {} ({})", effect.kind, effect.detail, effect.state))
        .collect();
    causes.extend(
        in_flight
            .filter(|permits| !permits.is_empty())
            .map(|permits| in_words(&permits)),
    );
    vec![
        event.version.to_string(),
        web::instant(event.recorded_at),
        event.event.event_type().to_owned(),
        who(&event.metadata.actor),
        event.metadata.reason.clone().unwrap_or_default(),
        causes.join(", "),
    ]
}

fn value(event: &Recorded, effects: &[WaitingEffect]) -> Result<Value, Box<dyn Error>> {
    let payload = RawValue::from_string(event.event.payload()?)?;
    let mut causes = Vec::new();
    for effect in effects
        .iter()
        .filter(|effect| effect.position == event.position)
    {
        let detail: Value = serde_json::from_str(&effect.detail)?;
        causes.push(json!({
            "kind": effect.kind,
            "id": EffectId { journal: event.journal, position: effect.position }.to_string(),
            "state": effect.state,
            "detail": detail,
            "enqueued_at": web::instant(effect.enqueued_at),
        }));
    }
    Ok(json!({
        "version": event.version,
        "journal": event.journal.0,
        "position": event.position,
        "event_id": event.event_id,
        "type": event.event.event_type(),
        "payload": payload,
        "metadata": event.metadata,
        "recorded_at": web::instant(event.recorded_at),
        "effects": causes,
    }))
}

/// Who caused an event, in words.
pub(crate) fn who(actor: &Actor) -> String {
    match actor {
        Actor::Key { prefix } => format!("key {prefix}"),
        Actor::Engine { prefix } => format!("engine {prefix}"),
        Actor::Rule { name } => format!("rule {name}"),
        Actor::Operator { name } => format!("operator ({name})"),
    }
}
