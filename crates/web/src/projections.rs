//! Rows derived from the log: at which version they are, and rebuilding them.

use crate::app::App;
use crate::body;
use crate::caller::internal;
use crate::campaign_json::instant;
use crate::problem::{ErrorJson, Problem};
use crate::read::read;
use crate::server::{only, several};
use actix_web::web::{self, Path, Payload, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use projector::{
    Asked, Projection, ProjectionStanding, RebuildStanding, ask_for_rebuild, cancel_rebuild,
    find_rebuild, list_projections,
};
use serde::Serialize;
use utoipa::ToSchema;

/// The paths, in reading order.
pub(crate) fn routes(routes: &mut ServiceConfig) {
    routes
        .service(only("/internal/projections", "GET", web::get().to(list)))
        .service(
            several("/internal/projections/{name}/rebuild", "DELETE, POST")
                .route(web::post().to(rebuild))
                .route(web::delete().to(cancel)),
        );
}

#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "describes what `named` reads from the path")]
struct ProjectionPath {
    /// `campaigns`, `prospects`, `permits`, `sends`, or `all` of them.
    #[param(example = "all")]
    name: String,
}

/// What is derived from the log, and the latest rebuild of it.
#[derive(Serialize, ToSchema)]
struct Projections {
    projections: Vec<ProjectionJson>,
    /// The one that is under way or, without one, the last. Null when there never was one.
    #[schema(required = true)]
    rebuild: Option<RebuildJson>,
}

/// Rows derived from the log.
#[derive(Serialize, ToSchema)]
#[schema(as = Projection)]
struct ProjectionJson {
    name: &'static str,
    /// The version of the fold that made the rows.
    version: i32,
    /// The version of this program's fold. When it is higher, the rows are rebuilt.
    program_version: i32,
    /// When the rows were last rebuilt. Null for rows that have only ever grown with the log.
    #[schema(required = true, format = DateTime)]
    rebuilt_at: Option<String>,
}

/// A rebuild.
#[derive(Serialize, ToSchema)]
#[schema(as = Rebuild)]
struct RebuildJson {
    id: i64,
    /// What is rebuilt.
    projections: Vec<&'static str>,
    /// `waiting`, `loading`, `indexing`, `catching_up`; then `done`, `cancelled` or `failed`.
    phase: &'static str,
    /// How much of it is done.
    #[schema(minimum = 0, maximum = 100)]
    percentage: f64,
    /// Events that were read.
    events: u64,
    /// Events that there were when it began.
    events_total: u64,
    /// How fast they are read, since a process took the rebuild up. Null unless it is loading.
    #[schema(required = true)]
    events_per_second: Option<f64>,
    #[schema(format = DateTime)]
    requested_at: String,
    #[schema(required = true, format = DateTime)]
    ended_at: Option<String>,
    /// Why it failed.
    #[schema(required = true)]
    failure: Option<String>,
}

impl ProjectionJson {
    fn of(standing: &ProjectionStanding) -> Self {
        Self {
            name: standing.projection.as_str(),
            version: standing.version,
            program_version: standing.projection.version(),
            rebuilt_at: standing.rebuilt_at.map(instant),
        }
    }
}

impl RebuildJson {
    fn of(standing: RebuildStanding) -> Self {
        Self {
            id: standing.id,
            projections: Projection::names(&standing.projections),
            phase: standing.phase.as_str(),
            percentage: standing.percentage(),
            events: standing.events,
            events_total: standing.events_total,
            events_per_second: standing.events_per_second,
            requested_at: instant(standing.requested_at),
            ended_at: standing.ended_at.map(instant),
            failure: standing.failure,
        }
    }
}

/// What is derived from the log, at which version, and how far a rebuild has come.
#[utoipa::path(
    get, path = "/internal/projections", tag = "operating",
    operation_id = "list_projections",
    responses((status = 200, description = "All of them", body = Projections)),
    security(("internal_key" = [])),
)]
pub(crate) async fn list(
    request: HttpRequest,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    internal(&request, &app).await?;
    Ok(HttpResponse::Ok().json(shown(&app).await?))
}

/// Rebuild rows from the log, while everything goes on.
///
/// A process of the service takes it up within a second; `GET /internal/projections` tells how far it
/// has come. May be repeated: the same rebuild is not begun twice. One rebuild at a time is under way.
#[utoipa::path(
    post, path = "/internal/projections/{name}/rebuild", tag = "operating",
    operation_id = "rebuild_projection",
    params(ProjectionPath),
    responses(
        (status = 202, description = "It is under way", body = Projections),
        (status = 404, description = "`projection_not_found`", body = ErrorJson),
        (status = 409, description = "`rebuild_in_progress`: other projections are being rebuilt", body = ErrorJson),
    ),
    security(("internal_key" = [])),
)]
pub(crate) async fn rebuild(
    request: HttpRequest,
    payload: Payload,
    app: web::Data<App>,
    name: Path<String>,
) -> Result<HttpResponse, Problem> {
    internal(&request, &app).await?;
    let wanted = named(&name)?;
    body::unused(&request, payload, &app).await?;
    let asked = read(&app, async |client| ask_for_rebuild(client, &wanted).await);
    match asked.await? {
        Asked::Accepted(_) | Asked::UnderWay(_) => {
            Ok(HttpResponse::Accepted().json(shown(&app).await?))
        }
        Asked::Busy(others) => {
            let others = Projection::names(&others).join(", ");
            Err(Problem::RebuildUnderWay(others))
        }
    }
}

/// Give a rebuild up. The rows stay as they are.
#[utoipa::path(
    delete, path = "/internal/projections/{name}/rebuild", tag = "operating",
    operation_id = "cancel_rebuild",
    params(ProjectionPath),
    responses(
        (status = 200, description = "It is cancelled", body = Projections),
        (status = 404, description = "`projection_not_found`; `rebuild_not_found`: these are not being rebuilt", body = ErrorJson),
    ),
    security(("internal_key" = [])),
)]
pub(crate) async fn cancel(
    request: HttpRequest,
    payload: Payload,
    app: web::Data<App>,
    name: Path<String>,
) -> Result<HttpResponse, Problem> {
    internal(&request, &app).await?;
    let wanted = named(&name)?;
    body::unused(&request, payload, &app).await?;
    let cancelled = read(&app, async |client| {
        cancel_rebuild(client, Some(&wanted)).await
    });
    cancelled.await?.ok_or(Problem::NoRebuild)?;
    Ok(HttpResponse::Ok().json(shown(&app).await?))
}

async fn shown(app: &App) -> Result<Projections, Problem> {
    let all = read(app, async |client| list_projections(client).await).await?;
    let rebuild = read(app, async |client| find_rebuild(client).await).await?;
    Ok(Projections {
        projections: all.iter().map(ProjectionJson::of).collect(),
        rebuild: rebuild.map(RebuildJson::of),
    })
}

fn named(name: &str) -> Result<Vec<Projection>, Problem> {
    Projection::named(name).ok_or(Problem::NoSuchProjection)
}
