//! `GET /api/v1/waitpoints/tokens/{id}`, at once or when there is something to tell; and the list.
//!
//! With `Prefer: wait=N` (RFC 7240, section 4.3) the answer to a token that waits is held back
//! until it waits no longer, N seconds have passed, or the service ends. A request that is held
//! costs a connection and a place in the hub, and no thread and no connection to the database.

use super::described::{ListQuery, NoSuchToken, WaitPreference};
use super::list_query;
use super::refusal::Refusal;
use super::token_json::{TokenJson, WholeTokenJson};
use super::{asker, token_id};
use crate::app::App;
use crate::openapi::TokenPath;
use actix_web::http::header::{HeaderMap, HeaderName};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use std::time::Duration;
use utoipa::ToSchema;
use waitpoints::{Failure, Token, TokenId};

/// The longest that an answer is held back.
pub(crate) const WAIT_SECONDS_MAX: u64 = 60;

const PREFER: HeaderName = HeaderName::from_static("prefer");
const APPLIED: &str = "Preference-Applied";
const FAILED: &str = "Something went wrong";

/// A page of tokens.
#[derive(Serialize, ToSchema)]
#[schema(as = WaitpointTokens)]
struct ListJson {
    data: Vec<TokenJson>,
    pagination: Pagination,
}

/// Cursors of the pages beside.
#[derive(Serialize, ToSchema)]
#[schema(as = WaitpointPagination)]
struct Pagination {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    next: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    previous: Option<String>,
}

/// One token, at once or when there is something to tell.
#[utoipa::path(
    get, path = "/api/v1/waitpoints/tokens/{id}", tag = "waitpoints",
    params(TokenPath, WaitPreference),
    responses((status = 200, description = "The token", body = WholeTokenJson), NoSuchToken),
    security(("internal_key" = [])),
)]
pub(crate) async fn retrieve(
    request: HttpRequest,
    app: web::Data<App>,
) -> Result<HttpResponse, Refusal> {
    asker::key(&request)?;
    let id = token_id(&request)?;
    let seconds = preferred_wait(request.headers());
    let token = held(&app, &id, seconds)
        .await
        .map_err(|failure| Refusal::failed(FAILED, &failure))?
        .ok_or(Refusal::NotFound)?;
    let json = WholeTokenJson::of(&request, &app, token).await?;
    let mut answer = HttpResponse::Ok();
    if let Some(seconds) = seconds {
        answer.insert_header((APPLIED, format!("wait={seconds}")));
    }
    Ok(answer.json(json))
}

/// A page of tokens, the newest first.
#[utoipa::path(
    get, path = "/api/v1/waitpoints/tokens", tag = "waitpoints",
    params(ListQuery),
    responses((status = 200, description = "A page", body = ListJson)),
    security(("internal_key" = [])),
)]
pub(crate) async fn list(
    request: HttpRequest,
    app: web::Data<App>,
) -> Result<HttpResponse, Refusal> {
    asker::key(&request)?;
    let asked = list_query::read(request.query_string(), (app.sources.now)())?;
    let page = app
        .tokens
        .list(&asked.filter, &asked.cursor, asked.size)
        .await
        .map_err(|failure| Refusal::failed(FAILED, &failure))?;
    let mut data = Vec::with_capacity(page.tokens.len());
    for token in page.tokens {
        data.push(TokenJson::item(&request, &app, token).await?);
    }
    let cursor = |id: Option<TokenId>| id.map(|id| id.as_str().to_owned());
    let pagination = Pagination {
        next: cursor(page.next),
        previous: cursor(page.previous),
    };
    Ok(HttpResponse::Ok().json(ListJson { data, pagination }))
}

async fn held(app: &App, id: &TokenId, seconds: Option<u64>) -> Result<Option<Token>, Failure> {
    if let Some(seconds) = seconds {
        let longest = Duration::from_secs(seconds);
        let _held = app.metrics.hold();
        tokio::select! {
            () = app.closing.cancelled() => {}
            token = app.tokens.hub().wait(id, longest) => return token,
        }
    }
    app.tokens.retrieve(id).await
}

/// How long the caller would like the answer held back, if at all.
fn preferred_wait(headers: &HeaderMap) -> Option<u64> {
    let values = headers.get_all(PREFER).filter_map(|it| it.to_str().ok());
    let mut preferences = values.flat_map(|value| value.split(','));
    let seconds: u64 = preferences.find_map(|preference| {
        let (name, rest) = preference.split_once('=')?;
        let value = rest.split(';').next()?.trim().trim_matches('"');
        let is_wait = name.trim().eq_ignore_ascii_case("wait");
        value.parse().ok().filter(|_| is_wait)
    })?;
    (0 < seconds).then(|| seconds.min(WAIT_SECONDS_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;

    fn preferred(values: &[&'static str]) -> Option<u64> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(PREFER, HeaderValue::from_static(value));
        }
        preferred_wait(&headers)
    }

    #[test]
    fn a_wait_may_be_preferred() {
        assert_eq!(preferred(&["wait=20"]), Some(20));
        assert_eq!(preferred(&["respond-async, Wait = \"5\"; x=y"]), Some(5));
        assert_eq!(preferred(&["return=minimal", "wait=7"]), Some(7));
    }

    #[test]
    fn a_wait_has_a_limit_and_nonsense_is_ignored() {
        assert_eq!(preferred(&["wait=86400"]), Some(WAIT_SECONDS_MAX));
        for value in ["wait=0", "wait=-1", "wait", "wait=soon", "waiting=5", ""] {
            assert_eq!(preferred(&[value]), None, "{value}");
        }
        assert_eq!(preferred(&[]), None);
    }
}
