//! Journals for tooling: how far each has come, its events, and consumers that read them.
//!
//! Whoever reads asks for what is behind the last position that it saw; positions are dense and in
//! commit order, so nothing is missed. A consumer has that position stored here, and is read under a
//! lease by one process at a time.
//!
//! - `event_json`: an event as it is stored
//! - `reading`: a page, held back while there is none, or a stream of server-sent events
//! - `consumers`: making, showing and forgetting consumers
//! - `leases`: claiming one, reading for it, committing

pub(crate) mod consumers;
mod event_json;
pub(crate) mod leases;
pub(crate) mod reading;

pub(crate) use event_json::JournalEventJson;

use crate::app::App;
use crate::caller::internal;
use crate::problem::Problem;
use crate::read::read;
use crate::server::{only, several};
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use event_store::{JournalId, JournalStanding, find_journal_standing, list_journals};
use serde::Serialize;
use utoipa::ToSchema;

const CONSUMER: &str = "/internal/journals/{journal}/consumers/{name}";

/// The paths, in reading order.
pub(crate) fn routes(routes: &mut ServiceConfig) {
    routes
        .service(only("/internal/journals", "GET", web::get().to(list)))
        .service(only(
            "/internal/journals/{journal}/events",
            "GET",
            web::get().to(reading::events),
        ))
        .service(only(
            "/internal/journals/{journal}/consumers",
            "GET",
            web::get().to(consumers::list),
        ))
        .service(
            several(CONSUMER, "DELETE, GET, PUT")
                .route(web::get().to(consumers::get))
                .route(web::put().to(consumers::place))
                .route(web::delete().to(consumers::remove)),
        )
        .service(only(
            "/internal/journals/{journal}/consumers/{name}/claim",
            "POST",
            web::post().to(leases::claim),
        ))
        .service(only(
            "/internal/journals/{journal}/consumers/{name}/events",
            "GET",
            web::get().to(leases::events),
        ))
        .service(only(
            "/internal/journals/{journal}/consumers/{name}/commit",
            "POST",
            web::post().to(leases::commit),
        ))
        .service(only(
            "/internal/journals/{journal}/consumers/{name}/release",
            "POST",
            web::post().to(leases::release),
        ));
}

/// The journal of the path.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "describes what `journal` reads from the path")]
pub(crate) struct JournalPath {
    /// The journal's number.
    #[param(minimum = 0, maximum = 1023, example = 0)]
    journal: u16,
}

/// All journals.
#[derive(Serialize, ToSchema)]
struct Journals {
    journals: Vec<JournalJson>,
}

/// How far a journal has come.
#[derive(Serialize, ToSchema)]
#[schema(as = Journal)]
struct JournalJson {
    #[schema(minimum = 0)]
    journal: i16,
    /// The position of its latest event; 0 before the first.
    #[schema(minimum = 0)]
    head: i64,
    /// When that was recorded.
    head_at: DateTime<Utc>,
    /// Events up to this position are in the archive, where they are read as all others are.
    #[schema(minimum = 0)]
    archived_to: i64,
}

impl JournalJson {
    fn of(standing: &JournalStanding) -> Self {
        Self {
            journal: standing.journal.0,
            head: standing.head,
            head_at: standing.head_at,
            archived_to: standing.archived_to,
        }
    }
}

/// How far each journal has come.
#[utoipa::path(
    get, path = "/internal/journals", tag = "journals",
    responses((status = 200, description = "All journals, by number", body = Journals)),
    security(("internal_key" = [])),
)]
pub(crate) async fn list(
    request: HttpRequest,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    internal(&request, &app).await?;
    let found = read(&app, async |client| list_journals(client).await).await?;
    let journals = found.iter().map(JournalJson::of).collect();
    Ok(HttpResponse::Ok().json(Journals { journals }))
}

/// The journal of the path, and how far it has come.
async fn standing(request: &HttpRequest, app: &App) -> Result<JournalStanding, Problem> {
    let text = request.match_info().get("journal").unwrap_or_default();
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse().ok().filter(|_| is_number);
    let journal = JournalId(number.ok_or(Problem::NoSuchJournal)?);
    let found = read(app, async |client| {
        find_journal_standing(client, journal).await
    });
    found.await?.ok_or(Problem::NoSuchJournal)
}
