//! `GET /internal/outbox`: how the relay does, and what an operator must look at.

use crate::app::App;
use crate::caller::internal;
use crate::campaign_json::instant;
use crate::openapi::EffectWord;
use crate::problem::Problem;
use crate::read::read;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use outbox::{CompleterState, JournalLag, LeaseView, Overview, StateCount};
use serde::Serialize;
use utoipa::ToSchema;

/// How the relay does.
#[derive(Serialize, ToSchema)]
#[schema(as = Outbox)]
struct OverviewJson<'a> {
    /// What an operator must look at, in plain words. Empty: all is well.
    alarms: Vec<String>,
    /// Effects that are not over, by state and kind.
    effects: Vec<StateJson<'a>>,
    owed_tokens: OwedJson,
    journals: Vec<JournalJson>,
    last_minute: RatesJson,
    /// Who sends.
    #[schema(required = true)]
    lease: Option<LeaseJson<'a>>,
    /// How the completer stands with the service that holds the tokens: `health`, `in_flight`,
    /// `remaining`, `resets_at`, `paused_until`, `last_alarm`, `counts`.
    #[schema(value_type = Object)]
    completer: &'a CompleterState,
}

/// Effects in one state, of one kind.
#[derive(Serialize, ToSchema)]
#[schema(as = OutboxEffects)]
struct StateJson<'a> {
    #[schema(value_type = EffectWord)]
    state: &'a str,
    kind: &'a str,
    count: i64,
    #[schema(format = DateTime)]
    oldest_at: String,
    oldest_age_seconds: i64,
}

/// Tokens that are owed a completion.
#[derive(Serialize, ToSchema)]
#[schema(as = OutboxOwedTokens)]
struct OwedJson {
    due: i64,
    parked: i64,
    #[schema(required = true, format = DateTime)]
    oldest_at: Option<String>,
}

/// How far a journal's effects were taken in.
#[derive(Serialize, ToSchema)]
#[schema(as = OutboxJournal)]
struct JournalJson {
    journal: i16,
    head: i64,
    position: i64,
    effects_behind: i64,
    lag_seconds: i64,
}

/// What was sent.
#[derive(Serialize, ToSchema)]
#[schema(as = OutboxRates)]
struct RatesJson {
    tokens_completed: i64,
    tokens_unknown: i64,
    failures: i64,
    attempts_under_way: i64,
}

/// Who sends, and since when something is wrong.
#[derive(Serialize, ToSchema)]
#[schema(as = OutboxLease)]
struct LeaseJson<'a> {
    #[schema(required = true)]
    holder: Option<&'a str>,
    #[schema(required = true, format = DateTime)]
    until: Option<String>,
    #[schema(required = true)]
    alarm: Option<&'a str>,
    #[schema(required = true, format = DateTime)]
    alarm_at: Option<String>,
}

/// How the relay does, and what an operator must look at.
///
/// Counts by state, lag by journal, rates, who sends, the completer, and alarms.
#[utoipa::path(
    get, path = "/internal/outbox", tag = "operating",
    responses((status = 200, description = "How it does", body = OverviewJson)),
    security(("internal_key" = [])),
)]
pub(crate) async fn overview(
    request: HttpRequest,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    internal(&request, &app).await?;
    let overview = read(&app, async |client| outbox::look(client).await).await?;
    let completer = app.relay.completer().state();
    let now = (app.sources.now)();
    Ok(HttpResponse::Ok().json(OverviewJson::of(&overview, &completer, now)))
}

impl<'a> OverviewJson<'a> {
    fn of(overview: &'a Overview, completer: &'a CompleterState, now: DateTime<Utc>) -> Self {
        let rates = overview.last_minute;
        let owed = overview.owed;
        let effects = overview.effects.iter();
        let journals = overview.journals.iter();
        Self {
            alarms: overview.alarms(completer, now),
            effects: effects.map(|found| StateJson::of(found, now)).collect(),
            owed_tokens: OwedJson {
                due: owed.due,
                parked: owed.parked,
                oldest_at: owed.oldest_at.map(instant),
            },
            journals: journals.map(|lag| JournalJson::of(lag, now)).collect(),
            last_minute: RatesJson {
                tokens_completed: rates.completed,
                tokens_unknown: rates.unknown,
                failures: rates.failed,
                attempts_under_way: rates.under_way,
            },
            lease: overview.lease.as_ref().map(LeaseJson::of),
            completer,
        }
    }
}

impl<'a> StateJson<'a> {
    fn of(found: &'a StateCount, now: DateTime<Utc>) -> Self {
        Self {
            state: &found.state,
            kind: &found.kind,
            count: found.count,
            oldest_at: instant(found.oldest_at),
            oldest_age_seconds: age(found.oldest_at, now),
        }
    }
}

impl JournalJson {
    fn of(lag: &JournalLag, now: DateTime<Utc>) -> Self {
        Self {
            journal: lag.journal,
            head: lag.head,
            position: lag.position,
            effects_behind: lag.behind,
            lag_seconds: lag.oldest_at.map_or(0, |at| age(at, now)),
        }
    }
}

impl<'a> LeaseJson<'a> {
    fn of(lease: &'a LeaseView) -> Self {
        Self {
            holder: lease.holder.as_deref(),
            until: lease.until.map(instant),
            alarm: lease.alarm.as_deref(),
            alarm_at: lease.alarm_at.map(instant),
        }
    }
}

fn age(since: DateTime<Utc>, now: DateTime<Utc>) -> i64 {
    (now - since).num_seconds().max(0)
}
