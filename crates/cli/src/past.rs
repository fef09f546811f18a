//! What the commands that look into the past have alike: naming a moment, and finding the campaign
//! as it was then.

use crate::configuration::Configuration;
use crate::database::Database;
use chrono::{DateTime, Utc};
use domain::{CampaignId, Version};
use event_store::{JournalId, Moment};
use projector::{Past, find_journal, read_past};
use std::error::Error;
use tokio_postgres::Client;

/// Reads a moment: a version, as in `7`, or an RFC 3339 instant.
///
/// # Errors
/// When it is neither.
pub fn moment(text: &str) -> Result<Moment, String> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return version(text).map(Moment::Version);
    }
    instant(text).map(Moment::Instant)
}

/// Reads a version, from 1.
///
/// # Errors
/// When it is none.
pub fn version(text: &str) -> Result<Version, String> {
    let version = text.parse().ok().filter(|version| 1 <= *version);
    version
        .map(Version)
        .ok_or_else(|| "versions are whole numbers from 1".to_owned())
}

/// Reads an instant.
///
/// # Errors
/// When it is none.
pub fn instant(text: &str) -> Result<DateTime<Utc>, String> {
    let at = web::parse_instant(text);
    at.ok_or_else(|| "instants are RFC 3339, as in 2026-04-22T09:05:00Z".to_owned())
}

/// Opens the database for one question.
///
/// # Errors
/// When the database cannot be opened, or the question has no answer.
pub async fn ask(
    configuration: &Configuration,
    question: impl AsyncFnOnce(&Client) -> Result<(), Box<dyn Error>>,
) -> Result<(), Box<dyn Error>> {
    let database = Database::open(configuration).await?;
    let connection = database.connect().await?;
    let answered = question(&connection.client).await;
    drop(connection);
    database.close().await?;
    answered
}

/// The journal of a campaign, also of a deleted one.
///
/// # Errors
/// When there never was such a campaign.
pub async fn journal(client: &Client, campaign: CampaignId) -> Result<JournalId, Box<dyn Error>> {
    let found = find_journal(client, campaign).await?;
    found.ok_or_else(|| format!("there never was a campaign {campaign}").into())
}

/// A campaign as it was, which may be not there yet, or not any more.
///
/// # Errors
/// When there never was such a campaign, or it has had fewer events.
pub async fn look(
    client: &Client,
    campaign: CampaignId,
    moment: Moment,
) -> Result<Past, Box<dyn Error>> {
    let journal = journal(client, campaign).await?;
    let past = read_past(client, journal, campaign, moment).await?;
    match moment {
        Moment::Version(asked) if past.version() < asked => {
            let latest = past.version();
            Err(format!("campaign {campaign} has no version {asked}: it is at {latest}").into())
        }
        _ => Ok(past),
    }
}
