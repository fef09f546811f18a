//! Reading for a consumer: claim it, read behind its cursor, commit how far you have come.

use super::consumers::{ConsumerPath, ask, consumer_of};
use super::reading::{Page, WAIT_SECONDS_MAX, Wish, answer};
use crate::app::App;
use crate::body;
use crate::caller::engine;
use crate::ids::DocumentedUuid;
use crate::object::{object, optional};
use crate::problem::{ErrorJson, Problem};
use crate::query;
use crate::read::read;
use crate::streams::{head, within_log};
use actix_web::web::{self, Payload};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use event_store::{
    Claim, LEASE_SECONDS_MAX, Leased, claim_consumer, commit_cursor, release_lease, renew_lease,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

const LEASE_SECONDS_DEFAULT: i32 = 30;
const HOLDER_CHARS_MAX: usize = 100;

/// Who wants to read, and for how long.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = ConsumerClaim)]
#[serde(deny_unknown_fields)]
struct Claimed {
    /// What the reader calls itself; its key's prefix if not said.
    #[serde(default)]
    #[schema(
        min_length = 1,
        max_length = 100,
        pattern = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029\u202d\u202e]*$",
        example = "indexer-2"
    )]
    holder: Option<String>,
    /// How long the lease lasts from each sign of life, 30 if not said.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 3600)]
    lease_seconds: Option<i32>,
}

/// How far a reader has come.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ConsumerCommit)]
#[serde(deny_unknown_fields)]
struct Committed {
    #[schema(inline)]
    lease: DocumentedUuid,
    /// The position of the last event that is finished.
    #[schema(minimum = 0)]
    cursor: i64,
}

/// Who gives a lease back.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ConsumerRelease)]
#[serde(deny_unknown_fields)]
struct Released {
    #[schema(inline)]
    lease: DocumentedUuid,
}

/// A lease.
#[derive(Serialize, ToSchema)]
#[schema(as = Lease)]
struct LeasedJson {
    /// What proves it.
    lease: Uuid,
    /// The position of the last event that is finished.
    #[schema(minimum = 0)]
    cursor: i64,
    /// When it is over, unless there is a sign of life: reading or committing.
    leased_until: DateTime<Utc>,
}

impl LeasedJson {
    fn of(leased: Leased) -> Self {
        Self {
            lease: leased.lease,
            cursor: leased.cursor,
            leased_until: leased.leased_until,
        }
    }
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Asked {
    #[param(inline)]
    lease: DocumentedUuid,
    /// Events behind this position; behind the consumer's cursor if not said. A reader may read on
    /// before it commits.
    #[param(minimum = 0)]
    after: Option<i64>,
    /// How many at most, 100 if not said.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<i64>,
    /// Seconds for which the answer is held back while there is no event, 0 if not said. The lease
    /// lasts as much longer.
    #[param(minimum = 0, maximum = 60)]
    wait: Option<u64>,
}

/// Read for a consumer from now on, alone.
///
/// The lease ends when its reader gives no sign of life for `lease_seconds`. The next reader begins
/// behind the last committed cursor.
#[utoipa::path(
    post, path = "/internal/journals/{journal}/consumers/{name}/claim", tag = "journals",
    params(ConsumerPath),
    request_body(content = Option<Claimed>),
    responses(
        (status = 200, description = "The lease", body = LeasedJson),
        (status = 404, description = "`journal_not_found`, `consumer_not_found`", body = ErrorJson),
        (status = 409, description = "`consumer_leased`: somebody else reads for it", body = ErrorJson,
            example = json!({"error": {"code": "consumer_leased", "message": "Another reader has the lease of this consumer", "details": {"holder": "indexer-1", "leased_until": "2026-04-22T09:05:00Z"}}})),
    ),
    security(("internal_key" = [])),
)]
pub(crate) async fn claim(
    request: HttpRequest,
    payload: Payload,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let prefix = engine(&request, &app).await?;
    let body = body::read(payload, app.limits.body_time_max, body::BODY_BYTES_MAX).await?;
    let claimed: Claimed = optional(&request, &body)?;
    let seconds = claimed.lease_seconds.unwrap_or(LEASE_SECONDS_DEFAULT);
    if !(1..=LEASE_SECONDS_MAX).contains(&seconds) {
        let message = format!("lease_seconds must be between 1 and {LEASE_SECONDS_MAX}");
        return Err(Problem::invalid(message));
    }
    let holder = claimed.holder.unwrap_or_else(|| prefix.to_string());
    let length = holder.chars().count();
    if !(1..=HOLDER_CHARS_MAX).contains(&length) || !domain::is_line(&holder) {
        let message = format!("holder must be one line of 1 to {HOLDER_CHARS_MAX} characters");
        return Err(Problem::invalid(message));
    }
    let (journal, name) = consumer_of(&request, &app).await?;
    let claim = Claim {
        lease: (app.sources.new_id)(),
        seconds,
        holder: &holder,
    };
    let leased = ask(&app, async |client| {
        claim_consumer(client, journal, &name, claim).await
    });
    Ok(HttpResponse::Ok().json(LeasedJson::of(leased.await?)))
}

/// The next events for a consumer. A sign of life.
#[utoipa::path(
    get, path = "/internal/journals/{journal}/consumers/{name}/events", tag = "journals",
    operation_id = "consume",
    params(ConsumerPath, Asked),
    responses(
        (status = 200, description = "What there was; perhaps nothing", body = Page<'_>),
        (status = 400, description = "`invalid_request`; `cursor_out_of_range`: `after` is beyond the journal's head", body = ErrorJson),
        (status = 404, description = "`journal_not_found`, `consumer_not_found`", body = ErrorJson),
        (status = 409, description = "`lease_over`: claim the consumer anew", body = ErrorJson),
        (status = 410, description = "`events_detached`: they are in a partition of the archive that is not attached", body = ErrorJson),
    ),
    security(("internal_key" = [])),
)]
pub(crate) async fn events(
    request: HttpRequest,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    engine(&request, &app).await?;
    let asked = query::parse::<Asked>(
        &request,
        "lease must be a UUID; after, limit and wait whole numbers",
    )?;
    let checked = Wish::new(asked.after.unwrap_or(0), asked.limit, asked.wait)?;
    let (journal, name) = consumer_of(&request, &app).await?;
    if let Some(after) = asked.after {
        within_log("after", after, head(&app, journal).await?)?;
    }
    let seconds = i32::try_from(asked.wait.unwrap_or(0).min(WAIT_SECONDS_MAX)).unwrap_or(0);
    let renewed = ask(&app, async |client| {
        renew_lease(client, journal, &name, asked.lease.0, seconds).await
    });
    let after = asked.after.unwrap_or(renewed.await?.cursor);
    answer(&app, journal, Wish { after, ..checked }).await
}

/// Everything up to `cursor` is finished. A sign of life.
///
/// May be repeated. Who has lost the lease is refused, and nothing is moved.
#[utoipa::path(
    post, path = "/internal/journals/{journal}/consumers/{name}/commit", tag = "journals",
    params(ConsumerPath),
    request_body = Committed,
    responses(
        (status = 200, description = "The lease", body = LeasedJson),
        (status = 400, description = "`invalid_request`; `cursor_out_of_range`: backwards, or beyond the journal's head", body = ErrorJson,
            example = json!({"error": {"code": "cursor_out_of_range", "message": "The cursor must be between 7 and 12", "details": {"cursor": 7, "head": 12}}})),
        (status = 404, description = "`journal_not_found`, `consumer_not_found`", body = ErrorJson),
        (status = 409, description = "`lease_over`: the events are handed to whoever claims next", body = ErrorJson),
    ),
    security(("internal_key" = [])),
)]
pub(crate) async fn commit(
    request: HttpRequest,
    payload: Payload,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    engine(&request, &app).await?;
    let body = body::read(payload, app.limits.body_time_max, body::BODY_BYTES_MAX).await?;
    let Committed { lease, cursor } = object(&request, &body)?;
    let (journal, name) = consumer_of(&request, &app).await?;
    let leased = ask(&app, async |client| {
        commit_cursor(client, journal, &name, lease.0, cursor).await
    });
    Ok(HttpResponse::Ok().json(LeasedJson::of(leased.await?)))
}

/// Give a lease back, so that the next reader need not wait for its end.
///
/// May be repeated: a lease that is over stays so.
#[utoipa::path(
    post, path = "/internal/journals/{journal}/consumers/{name}/release", tag = "journals",
    params(ConsumerPath),
    request_body = Released,
    responses(
        (status = 204, description = "It is over"),
        (status = 404, description = "`journal_not_found`", body = ErrorJson),
    ),
    security(("internal_key" = [])),
)]
pub(crate) async fn release(
    request: HttpRequest,
    payload: Payload,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    engine(&request, &app).await?;
    let body = body::read(payload, app.limits.body_time_max, body::BODY_BYTES_MAX).await?;
    let Released { lease } = object(&request, &body)?;
    let (journal, name) = consumer_of(&request, &app).await?;
    let released = read(&app, async |client| {
        release_lease(client, journal, &name, lease.0).await
    });
    released.await?;
    Ok(HttpResponse::NoContent().finish())
}
