//! The internal listener: health for whoever asks, metrics for internal keys.

use crate::app::App;
use crate::caller::internal;
use crate::problem::Problem;
use crate::read::read;
use actix_web::{HttpRequest, HttpResponse, web};
use outbox::StateCount;
use prometheus_client::encoding::text::encode;
use serde_json::json;
use std::collections::BTreeMap;
use std::fmt::Write;

const METRICS_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// `GET /health/live`: the process runs.
pub(crate) async fn live() -> HttpResponse {
    HttpResponse::Ok().json(json!({"status": "live"}))
}

/// `GET /health/ready`: the database answers.
pub(crate) async fn ready(app: web::Data<App>) -> Result<HttpResponse, Problem> {
    read(&app, async |client| client.simple_query("").await).await?;
    Ok(HttpResponse::Ok().json(json!({"status": "ready"})))
}

/// `GET /metrics` in the OpenMetrics text format.
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
