//! Campaigns as they were: `?version` and `?at` of a campaign (an addition).
//!
//! The answer is a replay of the log up to then, so it is what the row was. Who owns the campaign is
//! known before anything is read. Few replays run at once, so that a client who asks for many keeps
//! nobody's connection; the rest wait within the time that a read has.

use crate::app::App;
use crate::caller::Caller;
use crate::places::place_of;
use crate::problem::Problem;
use crate::query;
use crate::read::{READ_TIME_MAX, read};
use actix_web::HttpRequest;
use chrono::{DateTime, Datelike, Utc};
use domain::{Campaign, CampaignId, Rejection, Version};
use event_store::{JournalId, Moment};
use projector::{CampaignRow, Past, read_past};
use serde::Deserialize;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Replays that run at once in a process.
const REPLAYS_MAX: usize = 2;
/// Years that RFC 3339 can write.
const YEARS: std::ops::RangeInclusive<i32> = 0..=9999;

/// Turns for replays. All copies share them.
#[derive(Debug, Clone)]
pub struct Replays(Arc<Semaphore>);

impl Default for Replays {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(REPLAYS_MAX)))
    }
}

/// When a campaign is looked at; as it is now, when neither is named.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct When {
    /// As it was right after this event of its history.
    #[param(value_type = Option<i64>, minimum = 1, example = 7)]
    version: Option<String>,
    /// As it was at this instant, RFC 3339. Not together with `version`.
    #[param(value_type = Option<DateTime<Utc>>, example = "2026-04-22T09:05:00Z")]
    at: Option<String>,
}

impl When {
    /// What the query asks for.
    pub fn of(request: &HttpRequest) -> Result<Option<Moment>, Problem> {
        let when: Self = query::parse(request, "The query is not valid")?;
        match (&when.version, &when.at) {
            (None, None) => Ok(None),
            (Some(text), None) => {
                let version = parse_version(text);
                let version = version
                    .ok_or_else(|| Problem::invalid("version must be a whole number from 1"))?;
                Ok(Some(Moment::Version(version)))
            }
            (None, Some(text)) => {
                let at = parse_instant(text).ok_or_else(|| {
                    Problem::invalid("at must be an RFC 3339 instant, as 2026-04-22T09:05:00Z")
                })?;
                Ok(Some(Moment::Instant(at)))
            }
            (Some(_), Some(_)) => Err(Problem::invalid("Name version or at, not both")),
        }
    }
}

/// Reads the number of an event, from 1.
pub(crate) fn parse_version(text: &str) -> Option<Version> {
    let version = text.parse().ok().filter(|version| 1 <= *version);
    version.map(Version)
}

/// Reads an instant as RFC 3339 writes it.
///
/// ```
/// assert!(web::parse_instant("2026-04-22T11:05:00+02:00").is_some());
/// assert!(web::parse_instant("2026-04-22").is_none());
/// ```
#[must_use]
pub fn parse_instant(text: &str) -> Option<DateTime<Utc>> {
    // In a query, a + that was not encoded arrives as a blank. No instant has one of its own.
    let at = DateTime::parse_from_rfc3339(&text.replace(' ', "+")).ok()?;
    let at = at.with_timezone(&Utc);
    YEARS.contains(&at.year()).then_some(at)
}

/// The campaign of the caller as it was at `moment`.
pub(crate) async fn row_at(
    app: &App,
    caller: Caller,
    id: CampaignId,
    moment: Moment,
) -> Result<CampaignRow, Problem> {
    let place = place_of(app, id).await?;
    if place.user_id != caller.user_id {
        return Err(Rejection::NotFound.into());
    }
    let past = replay(app, place.journal, id, moment).await?;
    shown(&past, moment)
}

async fn replay(
    app: &App,
    journal: JournalId,
    id: CampaignId,
    moment: Moment,
) -> Result<Past, Problem> {
    let turn = tokio::time::timeout(READ_TIME_MAX, app.replays.0.acquire()).await;
    let _turn = turn
        .map_err(|elapsed| Problem::unreadable(&elapsed))?
        .map_err(|closed| Problem::unreadable(&closed))?;
    read(app, async |client| {
        read_past(client, journal, id, moment).await
    })
    .await
}

/// The row, if there was one.
fn shown(past: &Past, moment: Moment) -> Result<CampaignRow, Problem> {
    match past.campaign() {
        Campaign::Absent => Err(Rejection::NotFound.into()),
        Campaign::Deleted => Err(Problem::DeletedThen {
            version: past.version(),
        }),
        Campaign::Present(_) => {
            let has_more = matches!(moment, Moment::Version(asked) if past.version() < asked);
            let row = past.row().filter(|_| !has_more);
            row.ok_or(Problem::NoSuchVersion {
                current: past.version(),
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_read_as_rfc_3339_has_it_and_a_blank_is_a_plus() {
        let at = parse_instant("2026-04-22T09:05:00Z").unwrap();

        for same in [
            "2026-04-22T11:05:00+02:00",
            "2026-04-22T11:05:00 02:00",
            "2026-04-22T09:05:00.000Z",
        ] {
            assert_eq!(parse_instant(same), Some(at), "{same}");
        }
        for none in ["", "now", "2026-04-22", "2026-04-22T09:05:00", "1776848700"] {
            assert_eq!(parse_instant(none), None, "{none}");
        }
    }
}
