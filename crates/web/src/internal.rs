//! The internal listener: health for whoever asks, metrics for internal keys.

use crate::app::App;
use crate::caller::internal;
use crate::problem::{ErrorJson, Problem};
use crate::read::read;
use actix_web::{HttpRequest, HttpResponse, web};
use outbox::StateCount;
use prometheus_client::encoding::text::encode;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write;
use utoipa::ToSchema;

/// How the service is.
#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    status: &'static str,
}

const METRICS_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The process runs.
#[utoipa::path(
    get, path = "/health/live", tag = "operating",
    responses((status = 200, description = "It does", body = Health)),
)]
pub(crate) async fn live() -> HttpResponse {
    HttpResponse::Ok().json(Health { status: "live" })
}

/// The database answers.
#[utoipa::path(
    get, path = "/health/ready", tag = "operating",
    responses(
        (status = 200, description = "It does", body = Health),
        (status = 503, description = "`unavailable`: it does not", body = ErrorJson),
    ),
)]
pub(crate) async fn ready(app: web::Data<App>) -> Result<HttpResponse, Problem> {
    read(&app, async |client| client.simple_query("").await).await?;
    Ok(HttpResponse::Ok().json(Health { status: "ready" }))
}

/// All metrics, in the OpenMetrics text format.
#[utoipa::path(
    get, path = "/metrics", tag = "operating",
    responses((status = 200, description = "The metrics", body = String, content_type = "application/openmetrics-text")),
    security(("internal_key" = [])),
)]
pub(crate) async fn metrics(
    request: HttpRequest,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    internal(&request, &app).await?;
    let open = read(&app, async |client| outbox::count_states(client).await).await?;
    let mut text = String::new();
    encode(&mut text, &app.registry).map_err(|error| Problem::unreadable(&error))?;
    let end = text.find("# EOF").unwrap_or(text.len());
    text.truncate(end);
    write_effects(&mut text, &open).map_err(|error| Problem::unreadable(&error))?;
    text.push_str("# EOF\n");
    Ok(HttpResponse::Ok().content_type(METRICS_TYPE).body(text))
}

/// Effects that are not over: in all, and by where they are.
fn write_effects(text: &mut String, open: &[StateCount]) -> std::fmt::Result {
    let mut waiting: BTreeMap<&str, i64> = BTreeMap::new();
    for found in open {
        *waiting.entry(&found.kind).or_default() += found.count;
    }
    text.push_str("# HELP fermata_effects_waiting Effects that are not delivered yet.\n");
    text.push_str("# TYPE fermata_effects_waiting gauge\n");
    for (kind, count) in waiting {
        writeln!(text, "fermata_effects_waiting{{kind=\"{kind}\"}} {count}")?;
    }
    text.push_str("# HELP fermata_effects Effects that are not over, by state and kind.\n");
    text.push_str("# TYPE fermata_effects gauge\n");
    for StateCount {
        state, kind, count, ..
    } in open
    {
        writeln!(
            text,
            "fermata_effects{{state=\"{state}\",kind=\"{kind}\"}} {count}"
        )?;
    }
    Ok(())
}
