//! Consumers: making one, placing it anew, showing and forgetting it.

use super::{JournalPath, standing};
use crate::app::App;
use crate::body;
use crate::caller::internal;
use crate::object::optional;
use crate::problem::{ErrorJson, Problem};
use crate::read::read;
use actix_web::web::{self, Payload};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use event_store::{
    Consumer, ConsumerError, ConsumerName, JournalId, find_consumer, list_consumers,
    place_consumer, remove_consumer,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The consumer of the path.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "describes what `consumer_of` reads from the path")]
pub(crate) struct ConsumerPath {
    /// The journal's number.
    #[param(minimum = 0, maximum = 1023, example = 0)]
    journal: u16,
    /// What the consumer is called.
    #[param(pattern = "^[a-z0-9][a-z0-9._-]{0,62}$", example = "search-index")]
    name: String,
}

/// Where a consumer begins.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = ConsumerPlace)]
#[serde(deny_unknown_fields)]
struct Placed {
    /// The position of the last event that is finished. Without it, a new consumer begins before the
    /// first event and one that is there stays as it is.
    #[serde(default)]
    #[schema(minimum = 0)]
    cursor: Option<i64>,
}

/// A consumer.
#[derive(Serialize, ToSchema)]
#[schema(as = Consumer)]
struct ConsumerJson {
    #[schema(minimum = 0)]
    journal: i16,
    name: String,
    /// The position of the last event that is finished; 0 before the first.
    #[schema(minimum = 0)]
    cursor: i64,
    /// When the cursor was moved last.
    cursor_at: DateTime<Utc>,
    /// The position of the journal's latest event.
    #[schema(minimum = 0)]
    head: i64,
    /// Events between the two.
    #[schema(minimum = 0)]
    behind: i64,
    /// Who reads for it now.
    #[schema(required = true)]
    lease: Option<LeaseJson>,
}

/// Who reads for a consumer.
#[derive(Serialize, ToSchema)]
#[schema(as = ConsumerLease)]
struct LeaseJson {
    /// What the reader calls itself.
    holder: String,
    /// When the lease is over, if the reader gives no sign of life.
    leased_until: DateTime<Utc>,
}

impl ConsumerJson {
    fn of(consumer: Consumer) -> Self {
        Self {
            journal: consumer.journal.0,
            name: consumer.name,
            cursor: consumer.cursor,
            cursor_at: consumer.cursor_at,
            head: consumer.head,
            behind: (consumer.head - consumer.cursor).max(0),
            lease: consumer.reading.map(|reading| LeaseJson {
                holder: reading.holder,
                leased_until: reading.leased_until,
            }),
        }
    }
}

/// Consumers of a journal.
#[derive(Serialize, ToSchema)]
struct Consumers {
    consumers: Vec<ConsumerJson>,
}

/// The consumers of a journal, by name.
#[utoipa::path(
    get, path = "/internal/journals/{journal}/consumers", tag = "journals",
    operation_id = "list_consumers",
    params(JournalPath),
    responses(
        (status = 200, description = "All of them", body = Consumers),
        (status = 404, description = "`journal_not_found`", body = ErrorJson),
    ),
    security(("internal_key" = [])),
)]
pub(crate) async fn list(
    request: HttpRequest,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    internal(&request, &app).await?;
    let journal = standing(&request, &app).await?.journal;
    let found = read(&app, async |client| list_consumers(client, journal).await).await?;
    let consumers = found.into_iter().map(ConsumerJson::of).collect();
    Ok(HttpResponse::Ok().json(Consumers { consumers }))
}

/// A consumer: how far it has come, and who reads for it.
#[utoipa::path(
    get, path = "/internal/journals/{journal}/consumers/{name}", tag = "journals",
    operation_id = "get_consumer",
    params(ConsumerPath),
    responses(
        (status = 200, description = "The consumer", body = ConsumerJson),
        (status = 404, description = "`journal_not_found`, `consumer_not_found`", body = ErrorJson),
    ),
    security(("internal_key" = [])),
)]
pub(crate) async fn get(
    request: HttpRequest,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    internal(&request, &app).await?;
    let (journal, name) = consumer_of(&request, &app).await?;
    Ok(HttpResponse::Ok().json(shown(&app, journal, &name).await?))
}

/// Make a consumer, or place one anew.
///
/// May be repeated. With a `cursor`, one that is there is placed anew, backwards too, and its lease
/// ends: what its reader still commits is refused.
#[utoipa::path(
    put, path = "/internal/journals/{journal}/consumers/{name}", tag = "journals",
    operation_id = "place_consumer",
    params(ConsumerPath),
    request_body(content = Option<Placed>),
    responses(
        (status = 200, description = "It was there, and is as shown", body = ConsumerJson),
        (status = 201, description = "It was made", body = ConsumerJson),
        (status = 400, description = "`invalid_request`; `cursor_out_of_range`: the journal has not come so far", body = ErrorJson),
        (status = 404, description = "`journal_not_found`", body = ErrorJson),
    ),
    security(("internal_key" = [])),
)]
pub(crate) async fn place(
    request: HttpRequest,
    payload: Payload,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    internal(&request, &app).await?;
    let body = body::read(payload, app.limits.body_time_max, body::BODY_BYTES_MAX).await?;
    let Placed { cursor } = optional(&request, &body)?;
    let (journal, name) = consumer_of(&request, &app).await?;
    let placed = ask(&app, async |client| {
        place_consumer(client, journal, &name, cursor).await
    });
    let is_new = placed.await?;
    let consumer = shown(&app, journal, &name).await?;
    let mut answer = if is_new {
        HttpResponse::Created()
    } else {
        HttpResponse::Ok()
    };
    Ok(answer.json(consumer))
}

/// Forget a consumer and end its lease.
#[utoipa::path(
    delete, path = "/internal/journals/{journal}/consumers/{name}", tag = "journals",
    operation_id = "remove_consumer",
    params(ConsumerPath),
    responses(
        (status = 204, description = "It is forgotten"),
        (status = 404, description = "`journal_not_found`, `consumer_not_found`", body = ErrorJson),
    ),
    security(("internal_key" = [])),
)]
pub(crate) async fn remove(
    request: HttpRequest,
    payload: Payload,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    internal(&request, &app).await?;
    body::unused(&request, payload, &app).await?;
    let (journal, name) = consumer_of(&request, &app).await?;
    let removed = read(&app, async |client| {
        remove_consumer(client, journal, &name).await
    });
    if removed.await? {
        Ok(HttpResponse::NoContent().finish())
    } else {
        Err(Problem::NoSuchConsumer)
    }
}

/// The journal and the consumer's name in the path.
pub(super) async fn consumer_of(
    request: &HttpRequest,
    app: &App,
) -> Result<(JournalId, ConsumerName), Problem> {
    let journal = standing(request, app).await?.journal;
    let name = request.match_info().get("name").unwrap_or_default();
    let unfit = |_| {
        Problem::invalid(
            "A consumer's name is up to 63 small letters, digits, '.', '_' and '-', and begins with \
             a letter or a digit",
        )
    };
    Ok((journal, name.parse().map_err(unfit)?))
}

/// Asks the database something about a consumer. A refusal is an answer.
pub(super) async fn ask<T>(
    app: &App,
    question: impl AsyncFnOnce(&deadpool_postgres::Client) -> Result<T, ConsumerError>,
) -> Result<T, Problem> {
    let answer = read(app, async |client| match question(client).await {
        Err(ConsumerError::Database(error)) => Err(error),
        answer => Ok(answer),
    });
    answer.await?.map_err(refusal)
}

fn refusal(error: ConsumerError) -> Problem {
    match error {
        ConsumerError::Database(error) => Problem::unreadable(&error),
        ConsumerError::NoSuchConsumer => Problem::NoSuchConsumer,
        ConsumerError::Leased(reading) => Problem::ConsumerLeased(reading),
        ConsumerError::LeaseOver => Problem::LeaseOver,
        ConsumerError::CursorOutOfRange { cursor, head } => {
            Problem::CursorOutOfRange { cursor, head }
        }
    }
}

async fn shown(
    app: &App,
    journal: JournalId,
    name: &ConsumerName,
) -> Result<ConsumerJson, Problem> {
    let found = read(app, async |client| {
        find_consumer(client, journal, name).await
    });
    let consumer = found.await?.ok_or(Problem::NoSuchConsumer)?;
    Ok(ConsumerJson::of(consumer))
}
