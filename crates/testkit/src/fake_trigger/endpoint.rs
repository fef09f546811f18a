//! One request: the original's checks, in its order.

use super::FakeTrigger;
use super::bucket::Taken;
use super::fault::Fault;
use super::world::{State, World};
use actix_web::body::SizedStream;
use actix_web::dev::Extensions;
use actix_web::http::StatusCode;
use actix_web::http::header::{AUTHORIZATION, CONTENT_LENGTH, DATE, LOCATION};
use actix_web::rt::net::TcpStream;
use actix_web::web::{Bytes, Data, Path, PayloadConfig, ServiceConfig, post};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use chrono::DateTime;
use futures_util::stream;
use serde_json::{Map, Value, json};
use std::any::Any;
use std::io;
use std::os::fd::AsFd;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use waitpoints::TokenId;

const BODY_BYTES_MAX: usize = 3_145_728;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .app_data(PayloadConfig::new(BODY_BYTES_MAX))
        .route(
            "/{prefix:(?:.*/)?}api/v1/waitpoints/tokens/{id}/complete",
            post().to(complete),
        )
        .route(
            "/{prefix:(?:.*/)?}api/v1/tasks/{task}/trigger",
            post().to(trigger),
        );
}

/// A connection, counted until it is gone. Holds the socket a second time, to reset it.
struct Connection {
    world: Arc<World>,
    socket: Mutex<Option<std::net::TcpStream>>,
}

/// Counts a connection.
pub(super) fn connected(world: &Arc<World>, socket: &dyn Any, data: &mut Extensions) {
    let socket = socket.downcast_ref::<TcpStream>().expect("a TCP socket");
    let again = socket.as_fd().try_clone_to_owned().expect("a descriptor");
    let mut state = world.lock();
    state.connections += 1;
    state.record.connections += 1;
    state.record.connections_max = state.record.connections_max.max(state.connections);
    drop(state);
    data.insert(Connection {
        world: world.clone(),
        socket: Mutex::new(Some(again.into())),
    });
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.world.lock().connections -= 1;
    }
}

/// What is left to be done when the lock is released.
struct Outcome {
    response: HttpResponseBuilder,
    body: String,
    fault: Option<Fault>,
}

/// What is asked for.
#[derive(Clone, Copy)]
enum Wish<'a> {
    /// That a token be completed.
    Complete(&'a str),
    /// That a run of a task be started.
    Trigger(&'a str),
}

async fn complete(
    world: Data<World>,
    path: Path<(String, String)>,
    request: HttpRequest,
    body: Bytes,
) -> HttpResponse {
    let outcome = decide(&world, Wish::Complete(&path.1), &request, &body);
    answer(&request, outcome).await
}

async fn trigger(
    world: Data<World>,
    path: Path<(String, String)>,
    request: HttpRequest,
    body: Bytes,
) -> HttpResponse {
    let outcome = decide(&world, Wish::Trigger(&path.1), &request, &body);
    answer(&request, outcome).await
}

async fn answer(request: &HttpRequest, mut outcome: Outcome) -> HttpResponse {
    match outcome.fault {
        Some(Fault::Reset | Fault::LoseAnswer) => {
            reset_when_closed(request);
            cut(outcome.response, 0)
        }
        Some(Fault::CutAnswer) => cut(outcome.response, outcome.body.len() / 2),
        Some(Fault::Late(by)) => {
            tokio::time::sleep(by).await;
            outcome.response.body(outcome.body)
        }
        Some(Fault::Redirect { to }) => {
            outcome.response.insert_header((LOCATION, to));
            outcome.response.body(outcome.body)
        }
        Some(Fault::Answer { .. }) | None => outcome.response.body(outcome.body),
    }
}

fn decide(world: &World, wish: Wish<'_>, request: &HttpRequest, body: &[u8]) -> Outcome {
    let at = world.elapsed();
    let mut state = world.lock();
    state.record.requests += 1;
    state.record.requested_at.push(at);
    state.record.last_head = head(request);
    let key = match key(request) {
        Some(key) => key,
        None => return refused(&mut state, None, (401, "Authorization header missing")),
    };
    let fault = state.next_fault();
    if fault == Some(Fault::Reset) {
        return plain(&state, None, 500, String::new(), fault);
    }
    let taken = state.take();
    if !taken.passes {
        state.record.limited += 1;
        let body = limited(&taken, state.now_ms()).to_string();
        return plain(&state, Some(&taken), 429, body, None);
    }
    if key == FakeTrigger::RESTRICTED_KEY {
        return refused(&mut state, Some(&taken), (403, "Unauthorized"));
    }
    if key != FakeTrigger::KEY || !state.accepts_key {
        return refused(&mut state, Some(&taken), (401, "Invalid API key"));
    }
    let (status, text) = match handle(&mut state, wish, (request, body), fault, at) {
        Ok(text) => (200, text),
        Err((status, error)) => (status, json!({ "error": error }).to_string()),
    };
    match fault {
        Some(Fault::Answer { status, body, .. }) => {
            plain(&state, Some(&taken), status, body.to_owned(), fault)
        }
        Some(Fault::Redirect { .. }) => plain(&state, Some(&taken), 307, String::new(), fault),
        _ => plain(&state, Some(&taken), status, text, fault),
    }
}

/// What the original does behind its limit and its keys.
fn handle(
    state: &mut State,
    wish: Wish<'_>,
    (request, body): (&HttpRequest, &[u8]),
    fault: Option<Fault>,
    at: Duration,
) -> Result<String, (u16, &'static str)> {
    if !request.headers().contains_key(CONTENT_LENGTH) || BODY_BYTES_MAX < body.len() {
        return Err((413, "Request body too large"));
    }
    if body.is_empty() {
        return Err((400, "Request body is empty"));
    }
    let sent: Value = serde_json::from_slice(body).map_err(|_| (400, "Invalid JSON"))?;
    let sent = sent.as_object().ok_or((400, "Validation error"))?;
    let is_done = !matches!(fault, Some(Fault::Answer { .. } | Fault::Redirect { .. }));
    match wish {
        Wish::Complete(id) => completed(state, id, sent, is_done.then_some(at)),
        Wish::Trigger(task) => triggered(state, task, sent, is_done),
    }
}

fn completed(
    state: &mut State,
    id: &str,
    sent: &Map<String, Value>,
    done_at: Option<Duration>,
) -> Result<String, (u16, &'static str)> {
    let token: TokenId = id.parse().map_err(|_| (404, "Waitpoint not found"))?;
    let seen = state.record.tokens.get_mut(&token);
    let seen = seen.ok_or((404, "Waitpoint not found"))?;
    seen.requests += 1;
    if let Some(at) = done_at {
        seen.outputs.push(sent.get("data").cloned());
        seen.completed_at.push(at);
    }
    Ok(r#"{"success":true}"#.to_owned())
}

/// One run an idempotency key; only tasks that were deployed have any.
fn triggered(
    state: &mut State,
    task: &str,
    sent: &Map<String, Value>,
    is_done: bool,
) -> Result<String, (u16, &'static str)> {
    if !state.tasks.contains(task) {
        return Err((404, "Task not found"));
    }
    let options = sent.get("options").and_then(|it| it.get("idempotencyKey"));
    let key = options
        .and_then(Value::as_str)
        .ok_or((400, "Validation error"))?;
    let number = state.record.runs.len();
    if is_done {
        let run = state.record.runs.entry(key.to_owned()).or_default();
        run.requests += 1;
        if run.requests == 1 {
            run.id = format!("run_fake{number}");
            task.clone_into(&mut run.task);
            run.payload = sent.get("payload").cloned().unwrap_or_default();
        }
    }
    let id = state.record.runs.get(key).map(|run| run.id.clone());
    Ok(json!({ "id": id.unwrap_or_default() }).to_string())
}

fn key(request: &HttpRequest) -> Option<&str> {
    let value = request.headers().get(AUTHORIZATION)?.to_str().ok()?;
    value.strip_prefix("Bearer ")
}

fn head(request: &HttpRequest) -> String {
    let line = |(name, value): (_, &actix_web::http::header::HeaderValue)| {
        format!("{name}: {}\n", String::from_utf8_lossy(value.as_bytes()))
    };
    let lines: String = request.headers().iter().map(line).collect();
    format!("{} {}\n{lines}", request.method(), request.uri()).to_lowercase()
}

fn refused(state: &mut State, taken: Option<&Taken>, (status, error): (u16, &str)) -> Outcome {
    state.record.refused += 1;
    plain(
        state,
        taken,
        status,
        json!({ "error": error }).to_string(),
        None,
    )
}

/// The body of a refusal for want of budget.
fn limited(taken: &Taken, now_ms: i64) -> Value {
    let seconds = (taken.reset_ms - now_ms).max(0) / 1000;
    json!({
        "title": "Rate Limit Exceeded",
        "status": 429,
        "type": "https://developer.mozilla.org/en-US/docs/Web/HTTP/Status/429",
        "detail": format!("Rate limit exceeded {}/{} requests remaining. Retry in {seconds} seconds.", taken.remaining, taken.limit),
        "reset": taken.reset_ms,
        "limit": taken.limit,
        "remaining": taken.remaining,
        "secondsUntilReset": seconds,
        "error": format!("Rate limit exceeded {}/{} requests remaining. Retry in {seconds} seconds.", taken.remaining, taken.limit),
    })
}

fn plain(
    state: &State,
    taken: Option<&Taken>,
    status: u16,
    body: String,
    fault: Option<Fault>,
) -> Outcome {
    let status = StatusCode::from_u16(status).expect("a status");
    let mut response = HttpResponse::build(status);
    let kind = match status {
        StatusCode::TOO_MANY_REQUESTS => "application/problem+json",
        _ => "application/json",
    };
    response.content_type(kind);
    response.insert_header((DATE, http_date(state.now_ms())));
    if let Some(taken) = taken.filter(|_| state.tells_limit) {
        response.insert_header(("x-ratelimit-limit", taken.limit.to_string()));
        response.insert_header(("x-ratelimit-remaining", taken.remaining.to_string()));
        if let Some(reset) = state.reset_header.text(taken.reset_ms) {
            response.insert_header(("x-ratelimit-reset", reset));
        }
    }
    if let Some(Fault::Answer {
        should_retry: Some(should_retry),
        ..
    }) = fault
    {
        response.insert_header(("x-should-retry", should_retry.to_string()));
    }
    Outcome {
        response,
        body,
        fault,
    }
}

fn http_date(now_ms: i64) -> String {
    let at = DateTime::from_timestamp_millis(now_ms).expect("a time");
    at.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// A connection that is closed now is reset: whoever reads gets an error and not an end.
fn reset_when_closed(request: &HttpRequest) {
    let connection = request.conn_data::<Connection>().expect("a connection");
    let socket = connection.socket.lock().expect("a whole lock").take();
    let Some(socket) = socket else { return };
    socket.set_nonblocking(true).expect("a socket");
    let socket = TcpStream::from_std(socket).expect("a socket");
    socket.set_zero_linger().expect("a socket");
}

/// An answer that breaks off after `bytes` of its body, and the connection with it.
fn cut(mut response: HttpResponseBuilder, bytes: usize) -> HttpResponse {
    let begun = (0 < bytes).then(|| Ok(Bytes::from(vec![b'{'; bytes])));
    let broken = Err(io::Error::other("cut on purpose"));
    let chunks = begun.into_iter().chain([broken]);
    response.body(SizedStream::new(1_000, stream::iter(chunks)))
}
