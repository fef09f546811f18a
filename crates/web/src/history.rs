//! `GET /api/campaigns/{id}/history` (an addition): everything that ever happened to a campaign, who
//! caused it and why, a page at a time. Also of deleted campaigns: whose it was stands in its first
//! event.

use crate::app::App;
use crate::caller::caller;
use crate::history_json::HistoryJson;
use crate::ids::campaign_id;
use crate::openapi::CampaignPath;
use crate::past::parse_version;
use crate::places::{Place, place_of};
use crate::problem::{ErrorJson, Problem};
use crate::query;
use crate::read::read;
use crate::streams::within_log;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use domain::{CampaignId, Rejection, Version};
use event_store::{ReadError, Recorded, read_stream, read_stream_back};
use projector::find_missing;
use serde::Deserialize;
use utoipa::ToSchema;

const LISTED_DEFAULT: i64 = 50;
const LISTED_MAX: i64 = 200;

/// Where a history begins.
#[derive(Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Order {
    /// With the latest event.
    #[default]
    Newest,
    /// With the creation.
    Oldest,
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Asked {
    /// Where to begin: with the latest event, when left out.
    #[serde(default)]
    #[param(inline)]
    order: Order,
    /// How many at most; 50 when left out.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200)]
    limit: Option<String>,
    /// `nextCursor` of the page before: the version behind which this one begins.
    #[param(value_type = Option<i64>, minimum = 1, example = 7)]
    cursor: Option<String>,
}

/// Everything that ever happened to a campaign.
///
/// Who caused it, why, in the course of which request, and what the world was told because of it. The
/// history of a deleted campaign stays. Pages are cut by version: a page that was read never changes,
/// but for what becomes of effects.
#[utoipa::path(
    get, path = "/api/campaigns/{id}/history", tag = "campaigns",
    params(CampaignPath, Asked),
    responses(
        (status = 200, description = "A page", body = HistoryJson),
        (status = 400, description = "`invalid_request`; `cursor_out_of_range`: `cursor` is beyond the campaign's latest event", body = ErrorJson),
        (status = 410, description = "`events_detached`: one of the page is in a partition of the archive that is not attached", body = ErrorJson,
            example = json!({"error": {"code": "events_detached", "message": "Version 7 of the campaign is in a partition of the archive that is not attached", "details": {"version": 7}}})),
    ),
    security(("public_key" = [])),
    extensions(("x-fermata-addition" = json!(true))),
)]
pub(crate) async fn history(request: HttpRequest, app: Data<App>) -> Result<HttpResponse, Problem> {
    let caller = caller(&request, &app).await?;
    let id = campaign_id(&request)?;
    let asked: Asked = query::parse(&request, "order must be newest or oldest")?;
    let (order, limit, cursor) = (asked.order, asked.limit()?, asked.cursor()?);
    let place = place_of(&app, id).await?;
    if place.user_id != caller.user_id {
        return Err(Rejection::NotFound.into());
    }
    if let Some(cursor) = cursor {
        let head = latest(&app, place, id).await?;
        within_log("cursor", cursor.0, head.unwrap_or(cursor).0)?;
    }
    let mut events = page(&app, place, id, (order, cursor, limit + 1)).await?;
    let shown = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = shown < events.len();
    events.truncate(shown);
    let positions: Vec<i64> = events.iter().map(|event| event.position).collect();
    let effects = read(&app, async |client| {
        outbox::list_of_events(client, place.journal, &positions).await
    });
    let effects = effects.await?;
    Ok(HttpResponse::Ok().json(HistoryJson::of(id, &events, &effects, has_more)))
}

/// The version of the campaign's latest event; nothing if that is detached.
async fn latest(app: &App, place: Place, id: CampaignId) -> Result<Option<Version>, Problem> {
    let journal = place.journal;
    read(app, async |client| -> Result<_, ReadError> {
        let events = read_stream_back(client, journal, id, Version(i64::MAX), 1).await?;
        let latest = events.first().map_or(Version(0), |event| event.version);
        let missing = find_missing(client, journal, id, latest).await?;
        Ok(missing.is_none().then_some(latest))
    })
    .await
}

/// Up to so many events behind the cursor, in the order that was asked for.
async fn page(
    app: &App,
    place: Place,
    id: CampaignId,
    (order, cursor, limit): (Order, Option<Version>, i64),
) -> Result<Vec<Recorded>, Problem> {
    let journal = place.journal;
    read(app, async |client| -> Result<_, ReadError> {
        let (events, seen) = match order {
            Order::Oldest => {
                let after = cursor.unwrap_or_default();
                let events = read_stream(client, journal, id, after, limit).await?;
                let is_full = i64::try_from(events.len()) == Ok(limit);
                let last = events.last().map_or(after, |last| last.version);
                (events, (!is_full).then_some(last))
            }
            Order::Newest => {
                let before = cursor.unwrap_or(Version(i64::MAX));
                let events = read_stream_back(client, journal, id, before, limit).await?;
                let first = events.first().map_or(Version(0), |first| first.version);
                (events, (first.next() < before).then_some(first))
            }
        };
        // Behind what was seen there is nothing more to read: is that because there is nothing more?
        if let Some(seen) = seen
            && let Some(Version(version)) = find_missing(client, journal, id, seen).await?
        {
            let campaign = id;
            return Err(ReadError::StreamBroken { campaign, version });
        }
        Ok(events)
    })
    .await
}

impl Asked {
    fn limit(&self) -> Result<i64, Problem> {
        let Some(text) = &self.limit else {
            return Ok(LISTED_DEFAULT);
        };
        let limit = text.parse().ok();
        limit
            .filter(|limit| (1..=LISTED_MAX).contains(limit))
            .ok_or_else(|| Problem::invalid(format!("limit must be between 1 and {LISTED_MAX}")))
    }

    fn cursor(&self) -> Result<Option<Version>, Problem> {
        let parsed = |text: &String| {
            parse_version(text)
                .ok_or_else(|| Problem::invalid("cursor must be the nextCursor of another page"))
        };
        self.cursor.as_ref().map(parsed).transpose()
    }
}
