//! Reading a journal: a page, held back while there is none, or a stream.

use super::{JournalEventJson, JournalPath, standing};
use crate::app::App;
use crate::caller::engine;
use crate::problem::{ErrorJson, Problem};
use crate::query;
use crate::read::read;
use crate::streams::{self, LAST_EVENT_ID_NAME, Resumption, within_log};
use actix_web::http::header::ACCEPT;
use actix_web::web;
use actix_web::{HttpRequest, HttpResponse};
use event_store::{Follower, JournalId, JournalStanding, Stored};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use tokio::time::Instant;
use utoipa::ToSchema;

/// The longest that an answer is held back.
pub(super) const WAIT_SECONDS_MAX: u64 = 60;
const EVENTS_DEFAULT: i64 = 100;
const EVENTS_MAX: i64 = 500;
/// How often who waits looks without being rung: another process may have written.
const LOOK_MILLISECONDS: u64 = 1_000;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// Events behind this position; all of them if not said.
    #[param(minimum = 0)]
    after: Option<i64>,
    /// How many at most, 100 if not said. A stream has no limit.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<i64>,
    /// Seconds for which the answer is held back while there is no event, 0 if not said.
    #[param(minimum = 0, maximum = 60)]
    wait: Option<u64>,
}

/// Events in the order of the journal.
#[derive(Serialize, ToSchema)]
#[schema(as = JournalEvents)]
pub(super) struct Page<'a> {
    events: Vec<JournalEventJson<'a>>,
    /// The position of the last one: what to ask behind next.
    #[schema(minimum = 0)]
    cursor: i64,
}

/// What a page is asked with, checked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wish {
    pub after: i64,
    pub limit: i64,
    pub wait: Duration,
}

impl Wish {
    pub fn new(after: i64, limit: Option<i64>, wait: Option<u64>) -> Result<Self, Problem> {
        let (limit, seconds) = (limit.unwrap_or(EVENTS_DEFAULT), wait.unwrap_or(0));
        if after < 0 {
            return Err(Problem::invalid("after must be a position"));
        }
        if !(1..=EVENTS_MAX).contains(&limit) {
            let message = format!("limit must be between 1 and {EVENTS_MAX}");
            return Err(Problem::invalid(message));
        }
        if WAIT_SECONDS_MAX < seconds {
            let message = format!("wait must be between 0 and {WAIT_SECONDS_MAX} seconds");
            return Err(Problem::invalid(message));
        }
        let wait = Duration::from_secs(seconds);
        Ok(Self { after, limit, wait })
    }
}

/// The events of a journal behind a position.
///
/// In commit order and without gaps: whoever asks behind the last `cursor` misses nothing. While there
/// is none the answer is held back for `wait` seconds. With `Accept: text/event-stream` the answer is
/// a stream of server-sent events named `event`, each a `JournalEvent`, whose ids are positions;
/// `Last-Event-ID` wins over `after`. At most 16 streams a key.
#[utoipa::path(
    get, path = "/internal/journals/{journal}/events", tag = "journals",
    params(JournalPath, Asked, Resumption),
    responses(
        (status = 200, description = "What there was; perhaps nothing", content(
            (Page<'_> = "application/json"),
            (String = "text/event-stream", example = "id: 7\nevent: event\ndata: {\"position\":7}\n\n"),
        )),
        (status = 400, description = "`invalid_request`; `cursor_out_of_range`: behind the journal's head", body = ErrorJson,
            example = json!({"error": {"code": "cursor_out_of_range", "message": "after must be at most 12, where the log ends", "details": {"head": 12}}})),
        (status = 404, description = "`journal_not_found`", body = ErrorJson),
        (status = 410, description = "`events_detached`: they are in a partition of the archive that is not attached", body = ErrorJson,
            example = json!({"error": {"code": "events_detached", "message": "Position 7 is in a partition of the archive that is not attached", "details": {"position": 7}}})),
        (status = 429, description = "`too_many_streams`: retry after `Retry-After` seconds", body = ErrorJson,
            headers(("Retry-After" = u64, description = "Seconds"))),
    ),
    security(("internal_key" = [])),
)]
pub(crate) async fn events(
    request: HttpRequest,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let prefix = engine(&request, &app).await?;
    let complaint = "after, limit and wait must be whole numbers";
    let asked: Asked = query::parse(&request, complaint)?;
    let last = streams::last_id(&request)?;
    let JournalStanding { journal, head, .. } = standing(&request, &app).await?;
    let after = asked.after.unwrap_or(0);
    let wish = Wish::new(after, asked.limit, asked.wait)?;
    if wants_stream(&request) {
        let (name, place) = last.map_or(("after", after), |last| (LAST_EVENT_ID_NAME, last));
        let place = within_log(name, place, head)?;
        return streams::of_journal(&app, prefix, journal, place);
    }
    within_log("after", after, head)?;
    answer(&app, journal, wish).await
}

fn wants_stream(request: &HttpRequest) -> bool {
    let accepted = request.headers().get_all(ACCEPT);
    accepted
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|range| range.split(';').next())
        .any(|range| range.trim().eq_ignore_ascii_case(streams::EVENT_STREAM))
}

/// A page, as soon as there is one.
pub(super) async fn answer(
    app: &App,
    journal: JournalId,
    wish: Wish,
) -> Result<HttpResponse, Problem> {
    let events = held(app, journal, wish).await?;
    let cursor = events.last().map_or(wish.after, |last| last.position);
    let events = events.iter().map(JournalEventJson::of).collect();
    let events: Result<_, serde_json::Error> = events;
    let events = events.map_err(|error| Problem::unreadable(&error))?;
    Ok(HttpResponse::Ok().json(Page { events, cursor }))
}

/// Looks at once, and then whenever the bell rings or a second has passed.
async fn held(app: &App, journal: JournalId, wish: Wish) -> Result<Vec<Stored>, Problem> {
    let mut follower = Follower::new(app.feeds.wakes(), journal, wish.after);
    let until = Instant::now() + wish.wait;
    let _held = (!wish.wait.is_zero()).then(|| app.metrics.hold());
    loop {
        let events = read(app, async |client| {
            follower.poll_stored(client, wish.limit).await
        })
        .await?;
        let left = until.saturating_duration_since(Instant::now());
        if !events.is_empty() || left.is_zero() || app.closing.is_cancelled() {
            return Ok(events);
        }
        let longest = left.min(Duration::from_millis(LOOK_MILLISECONDS));
        let resting = follower.rest(longest);
        let _closing = app.closing.run_until_cancelled(resting).await;
    }
}
