//! Server-sent events: what happens to a campaign, or to all of a user's, as it happens.
//!
//! A stream begins with a `snapshot`, or behind the `Last-Event-ID` that its client saw, and then has
//! one message for each event of the log. A client that is cut off comes again with the last id, and
//! misses nothing: what it missed is read from the log.
//!
//! - `feeds`: one follower of a journal feeds all streams of the process
//! - `board`: who listens; whoever is slow loses the seat and reads the log instead
//! - `telling`: events as messages; `live`: one client's stream
//! - `of_journal`: everything in a journal, for tooling
//! - `guests`: how many streams a key may have
//!
//! Always true: a stream holds no more than [`board::WAITING_MAX`] messages, shared with all others.

mod board;
mod feeds;
mod guests;
mod live;
mod of_journal;
mod telling;

pub use feeds::Feeds;
pub(crate) use of_journal::of_journal;
pub(crate) use telling::EventMessage;

use crate::app::App;
use crate::caller::{Caller, caller};
use crate::campaign_json::{CampaignJson, WholeCampaignJson};
use crate::campaigns::Campaigns;
use crate::change::text;
use crate::ids::campaign_id;
use crate::openapi::CampaignPath;
use crate::problem::{ErrorJson, Problem};
use crate::read::read;
use crate::sender_json::filled;
use actix_web::http::header::{CACHE_CONTROL, HeaderName};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};
use board::Audience;
use domain::{Rejection, Version};
use event_store::JournalId;
use futures_util::Stream;
use live::{Live, Start};
use serde::Serialize;
use std::convert::Infallible;
use utoipa::ToSchema;

pub(crate) const LAST_EVENT_ID_NAME: &str = "Last-Event-ID";
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
pub(crate) const EVENT_STREAM: &str = "text/event-stream";

/// A message of a stream, field by field.
#[derive(Serialize, ToSchema)]
pub(crate) struct StreamMessage {
    /// The campaign's version, or the position in the user's journal.
    #[schema(pattern = "^[0-9]{1,18}$", example = "7")]
    id: String,
    #[schema(pattern = "^(snapshot|event)$")]
    event: String,
    /// JSON: what a GET answers, or a `StreamEvent`.
    data: String,
}

/// Where a stream goes on.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes what `last_id` reads by hand")]
pub(crate) struct Resumption {
    /// The id of the last message that the client saw. Without it the stream begins with a snapshot.
    #[param(rename = "Last-Event-ID", pattern = "^[0-9]+$", example = "0")]
    last_event_id: Option<String>,
}

/// What happens to a campaign, as it happens.
///
/// Server-sent events. Without `Last-Event-ID` the first message is a `snapshot`: what
/// `GET /api/campaigns/{id}` answers. Then one message `event` for each event (`StreamEvent`). The id
/// of a message is the campaign's version. A comment comes every 15 seconds when there is nothing to
/// tell. The stream ends with the campaign, and when the service does. At most 16 streams a key.
#[utoipa::path(
    get, path = "/api/campaigns/{id}/stream", tag = "streams",
    params(CampaignPath, Resumption),
    responses(
        (status = 200, description = "The stream, a message after the other", body = StreamMessage, content_type = "text/event-stream",
            example = json!({"id": "7", "event": "event", "data": "{\"type\":\"CampaignPaused\",\"campaign_id\":\"8c2b2d4e-e29b-41d4-a716-446655440000\",\"version\":7,\"recorded_at\":\"2026-04-22T09:05:00Z\",\"payload\":{},\"status\":\"paused\"}"})),
        (status = 400, description = "`invalid_request`; `cursor_out_of_range`: `Last-Event-ID` is beyond the log", body = ErrorJson,
            example = json!({"error": {"code": "cursor_out_of_range", "message": "Last-Event-ID must be at most 7, where the log ends", "details": {"head": 7}}})),
        (status = 429, description = "`too_many_streams`, `rate_limited`: retry after `Retry-After` seconds", body = ErrorJson,
            headers(("Retry-After" = u64, description = "Seconds")),
            example = json!({"error": {"code": "too_many_streams", "message": "This key has 16 streams, which is as many as it may"}})),
    ),
    security(("public_key" = [])),
    extensions(("x-fermata-addition" = json!(true))),
)]
pub(crate) async fn of_campaign(
    request: HttpRequest,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let caller = caller(&request, &app).await?;
    let id = campaign_id(&request)?;
    let last = last_id(&request)?;
    let journal = app.lanes.journal_of(caller.user_id);
    let found = read(&app, async |client| {
        projector::find_campaign(client, journal, id, caller.user_id).await
    });
    let row = found.await?.ok_or(Rejection::NotFound)?;
    let start = match last {
        Some(last) => Start::behind(within_log(LAST_EVENT_ID_NAME, last, row.version.0)?),
        None => {
            let whole = text(&WholeCampaignJson::of(&row));
            let whole = filled(&app, caller.user_id, whole).await?;
            Start::snapshot(row.version.0, &whole)
        }
    };
    open(&app, caller, Audience::Campaign(id), start)
}

/// What happens to all campaigns of the key's user, as it happens.
///
/// Server-sent events as for one campaign. The snapshot is what `GET /api/campaigns` answers; the id of
/// a message is the position in the user's journal, so it grows and has gaps. What happens while the
/// snapshot is taken may be in it and be told again: the `version` tells.
#[utoipa::path(
    get, path = "/api/stream", tag = "streams",
    params(Resumption),
    responses(
        (status = 200, description = "The stream, a message after the other", body = StreamMessage, content_type = "text/event-stream"),
        (status = 400, description = "`invalid_request`; `cursor_out_of_range`: `Last-Event-ID` is beyond the log", body = ErrorJson),
        (status = 429, description = "`too_many_streams`, `rate_limited`: retry after `Retry-After` seconds", body = ErrorJson,
            headers(("Retry-After" = u64, description = "Seconds"))),
    ),
    security(("public_key" = [])),
    extensions(("x-fermata-addition" = json!(true))),
)]
pub(crate) async fn of_user(
    request: HttpRequest,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let caller = caller(&request, &app).await?;
    let start = match last_id(&request)? {
        Some(last) => {
            let head = head(&app, app.lanes.journal_of(caller.user_id)).await?;
            Start::behind(within_log(LAST_EVENT_ID_NAME, last, head)?)
        }
        None => snapshot_of_user(&app, caller).await?,
    };
    open(&app, caller, Audience::User(caller.user_id), start)
}

/// The head comes first, so that nothing is between it and the list.
async fn snapshot_of_user(app: &App, caller: Caller) -> Result<Start, Problem> {
    let journal = app.lanes.journal_of(caller.user_id);
    let head = head(app, journal).await?;
    let rows = read(app, async |client| {
        projector::list_campaigns(client, journal, caller.user_id).await
    });
    let rows = rows.await?;
    let campaigns = rows.iter().map(CampaignJson::item).collect();
    let whole = filled(app, caller.user_id, text(&Campaigns { campaigns })).await?;
    Ok(Start::snapshot(head, &whole))
}

/// The position of a journal's latest event.
pub(crate) async fn head(app: &App, journal: JournalId) -> Result<i64, Problem> {
    read(app, async |client| {
        event_store::read_head(client, journal).await
    })
    .await
}

/// Refuses a place behind which nothing can come: no reader can have been there. `head` has to be read after
/// the reader asked, so that it is not older than what the reader saw.
pub(crate) fn within_log(name: &'static str, place: i64, head: i64) -> Result<i64, Problem> {
    if head < place {
        return Err(Problem::BeyondHead { name, head });
    }
    Ok(place)
}

fn open(
    app: &App,
    caller: Caller,
    audience: Audience,
    start: Start,
) -> Result<HttpResponse, Problem> {
    let guest = app.feeds.guests().admit(caller.prefix)?;
    let journal = app.lanes.journal_of(caller.user_id);
    let live = Live::new(app, journal, audience, start, guest);
    Ok(answer(live.into_stream()))
}

/// An answer that goes on.
fn answer(stream: impl Stream<Item = Result<Bytes, Infallible>> + 'static) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(EVENT_STREAM)
        .insert_header((CACHE_CONTROL, "no-cache"))
        .insert_header(("X-Accel-Buffering", "no"))
        .streaming(stream)
}

/// The id of the last message that the client saw. A number that no id reaches is the highest: it is beyond
/// every log.
pub(crate) fn last_id(request: &HttpRequest) -> Result<Option<i64>, Problem> {
    let Some(value) = request.headers().get(LAST_EVENT_ID) else {
        return Ok(None);
    };
    let text = value.to_str().unwrap_or_default();
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Problem::invalid(
            "Last-Event-ID must be the id of a message",
        ));
    }
    Ok(Some(text.parse().unwrap_or(i64::MAX)))
}

/// A message as it goes over the wire; `data` is JSON, which has no line breaks.
fn message(id: i64, name: &str, data: &str) -> String {
    format!("id: {id}\nevent: {name}\ndata: {data}\n\n")
}

/// A version as the id of a message.
fn version_of(id: i64) -> Version {
    Version(id)
}
