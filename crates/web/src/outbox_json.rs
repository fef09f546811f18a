//! `GET /internal/outbox`: how the relay does, and what an operator must look at.

use crate::app::App;
use crate::caller::internal;
use crate::campaign_json::instant;
use crate::problem::Problem;
use crate::read::read;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use outbox::{CompleterState, JournalLag, LeaseView, Overview, StateCount};
use serde_json::{Value, json};

/// Counts by state, lag by journal, rates, who sends, the completer, and alarms.
pub(crate) async fn overview(
    request: HttpRequest,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    internal(&request, &app).await?;
    let overview = read(&app, async |client| outbox::look(client).await).await?;
    let completer = app.relay.completer().state();
    let now = (app.sources.now)();
    Ok(HttpResponse::Ok().json(json(&overview, &completer, now)))
}

fn json(overview: &Overview, completer: &CompleterState, now: DateTime<Utc>) -> Value {
    let rates = overview.last_minute;
    let owed = overview.owed;
    json!({
        "alarms": overview.alarms(completer, now),
        "effects": overview.effects.iter().map(|found| state(found, now)).collect::<Vec<_>>(),
        "owed_tokens": {
            "due": owed.due,
            "parked": owed.parked,
            "oldest_at": owed.oldest_at.map(instant),
        },
        "journals": overview.journals.iter().map(|lag| journal(lag, now)).collect::<Vec<_>>(),
        "last_minute": {
            "tokens_completed": rates.completed,
            "tokens_unknown": rates.unknown,
            "failures": rates.failed,
            "attempts_under_way": rates.under_way,
        },
        "lease": overview.lease.as_ref().map(lease),
        "completer": completer,
    })
}

fn state(found: &StateCount, now: DateTime<Utc>) -> Value {
    json!({
        "state": found.state,
        "kind": found.kind,
        "count": found.count,
        "oldest_at": instant(found.oldest_at),
        "oldest_age_seconds": age(found.oldest_at, now),
    })
}

fn journal(lag: &JournalLag, now: DateTime<Utc>) -> Value {
    json!({
        "journal": lag.journal,
        "head": lag.head,
        "position": lag.position,
        "effects_behind": lag.behind,
        "lag_seconds": lag.oldest_at.map_or(0, |at| age(at, now)),
    })
}

fn lease(lease: &LeaseView) -> Value {
    json!({
        "holder": lease.holder,
        "until": lease.until.map(instant),
        "alarm": lease.alarm,
        "alarm_at": lease.alarm_at.map(instant),
    })
}

fn age(since: DateTime<Utc>, now: DateTime<Utc>) -> i64 {
    (now - since).num_seconds().max(0)
}
