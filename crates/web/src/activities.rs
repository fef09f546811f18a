//! `GET /api/activities`: what happened to a tenant's prospects, the newest first (campaign API,
//! section 1.14).

use crate::activity_json::ActivityJson;
use crate::app::App;
use crate::caller::caller;
use crate::ids::{DocumentedUuid, documented_uuid};
use crate::problem::{ErrorJson, Problem};
use crate::query;
use crate::read::read;
use crate::server::only;
use actix_web::web::{Data, ServiceConfig, get};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, SecondsFormat, Utc};
use domain::{CampaignId, Rejection};
use event_store::{JournalId, find_journal_standing};
use projector::{Activity, ActivityCursor, Feed, RowError, find_campaign, list_activities};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

const LISTED_DEFAULT: i64 = 50;
const LISTED_MAX: i64 = 200;

/// The path.
pub(crate) fn routes(routes: &mut ServiceConfig) {
    routes.service(only("/api/activities", "GET", get().to(list)));
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Asked {
    /// Only of this campaign.
    #[param(value_type = Option<DocumentedUuid>, inline)]
    campaign_id: Option<String>,
    /// How many at most; 50 when left out.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200)]
    limit: Option<String>,
    /// `nextCursor` of the page before.
    #[param(example = "2026-04-22T09:05:00.000001Z|8c2b2d4e-e29b-41d4-a716-446655440000")]
    cursor: Option<String>,
}

/// A page of activities.
#[derive(Serialize, ToSchema)]
#[schema(as = Activities)]
pub(crate) struct ActivitiesJson<'a> {
    activities: Vec<ActivityJson<'a>>,
    /// Where the next page begins; `null` when this is the last.
    #[serde(rename = "nextCursor")]
    #[schema(required = true)]
    next_cursor: Option<String>,
}

/// What happened to the prospects of the key's user, the newest first.
///
/// Derived from the log: sends, answers, bounces, connections, and where prospects came to their
/// end. Activities of deleted campaigns are gone with them.
#[utoipa::path(
    get, path = "/api/activities", tag = "activities",
    params(Asked),
    responses(
        (status = 200, description = "A page", body = ActivitiesJson),
        (status = 404, description = "`campaign_not_found`", body = ErrorJson),
    ),
    security(("public_key" = [])),
)]
pub(crate) async fn list(request: HttpRequest, app: Data<App>) -> Result<HttpResponse, Problem> {
    let caller = caller(&request, &app).await?;
    let asked: Asked = query::parse(&request, "The query is not valid")?;
    let (feed, limit, cursor) = (asked.feed()?, asked.limit()?, asked.cursor()?);
    let place = (app.lanes.journal_of(caller.user_id), caller.user_id);
    if let Some(cursor) = &cursor {
        refuse_beyond(&app, place.0, cursor).await?;
    }
    let found = read(&app, async |client| {
        if let Feed::Campaign(id) = feed
            && find_campaign(client, place.0, id, place.1).await?.is_none()
        {
            return Ok::<_, RowError>(None);
        }
        let page = list_activities(client, place, feed, cursor, limit + 1).await?;
        Ok(Some(page))
    });
    let page = found.await?.ok_or(Rejection::NotFound)?;
    Ok(HttpResponse::Ok().json(ActivitiesJson::of(&page, limit)))
}

impl Asked {
    fn feed(&self) -> Result<Feed, Problem> {
        let Some(text) = &self.campaign_id else {
            return Ok(Feed::Everything);
        };
        let id = documented_uuid(text).map(CampaignId);
        id.map(Feed::Campaign)
            .ok_or_else(|| Problem::invalid("campaign_id must be a UUID"))
    }

    fn limit(&self) -> Result<i64, Problem> {
        let Some(text) = &self.limit else {
            return Ok(LISTED_DEFAULT);
        };
        let limit = text.parse().ok();
        limit
            .filter(|limit| (1..=LISTED_MAX).contains(limit))
            .ok_or_else(|| Problem::invalid(format!("limit must be between 1 and {LISTED_MAX}")))
    }

    fn cursor(&self) -> Result<Option<ActivityCursor>, Problem> {
        let Some(text) = &self.cursor else {
            return Ok(None);
        };
        let cursor = parse_cursor(text);
        cursor.map(Some).ok_or_else(no_cursor)
    }
}

/// Refuses a cursor that is later than everything that was recorded: no page can have ended there.
async fn refuse_beyond(
    app: &App,
    journal: JournalId,
    cursor: &ActivityCursor,
) -> Result<(), Problem> {
    let found = read(app, async |client| {
        find_journal_standing(client, journal).await
    });
    match found.await? {
        Some(standing) if standing.head_at < cursor.recorded_at => Err(no_cursor()),
        _ => Ok(()),
    }
}

fn no_cursor() -> Problem {
    Problem::invalid("cursor must be the nextCursor of another page")
}

/// `<ISO>|<UUID>`.
fn parse_cursor(text: &str) -> Option<ActivityCursor> {
    let (at, id) = text.split_once('|')?;
    let recorded_at = DateTime::parse_from_rfc3339(at).ok()?.with_timezone(&Utc);
    // What the database's calendar has no room for was never its answer.
    let years = 1970..=9999;
    years
        .contains(&chrono::Datelike::year(&recorded_at))
        .then_some(())?;
    let id: Uuid = documented_uuid(id)?;
    Some(ActivityCursor { recorded_at, id })
}

impl<'a> ActivitiesJson<'a> {
    /// Of one activity more than is shown, if there are so many.
    fn of(page: &'a [Activity], limit: i64) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let shown = page.get(..limit).unwrap_or(page);
        let is_last = shown.len() == page.len();
        let last = shown.last().filter(|_| !is_last);
        Self {
            next_cursor: last.map(|last| {
                let at = last
                    .recorded_at
                    .to_rfc3339_opts(SecondsFormat::Micros, true);
                format!("{at}|{}", last.id)
            }),
            activities: shown.iter().map(ActivityJson::of).collect(),
        }
    }
}
