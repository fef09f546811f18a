//! `POST /api/v1/waitpoints/tokens/{id}/complete` and the callback URL: the first completion wins,
//! and every later one is told that all is well.
//!
//! Beyond the contract the answer says whether this call woke the token: `"woke": true`. The SDK
//! drops the field.

use super::described::{CompleteTokenBody, HashPath, NoSuchToken, Refused, TokenCompleted};
use super::refusal::Refusal;
use super::{asker, body, cors, token_id, urls};
use crate::app::App;
use crate::json::Json;
use crate::openapi::TokenPath;
use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse, ResponseError, web};
use serde_json::json;
use waitpoints::{Failure, Output, Settled, TokenId};

const FAILED: &str = "Failed to complete waitpoint token";
const CALLBACK_FAILED: &str = "Failed to complete HTTP callback";

/// Complete a token with `data`.
///
/// The first completion wins, and every later one is told that all is well. An internal key opens
/// this, and a public token whose scopes name the token; a browser may read every answer.
#[utoipa::path(
    post, path = "/api/v1/waitpoints/tokens/{id}/complete", tag = "waitpoints",
    params(TokenPath),
    request_body = CompleteTokenBody,
    responses(
        (status = 200, description = "It is completed", body = TokenCompleted),
        (status = 403, description = "The public token allows something else", body = Refused),
        NoSuchToken,
    ),
    security(("internal_key" = []), ("public_token" = [])),
)]
pub(crate) async fn complete(
    request: HttpRequest,
    payload: web::Payload,
    app: web::Data<App>,
) -> HttpResponse {
    let mut answer = completed(&request, payload, &app)
        .await
        .unwrap_or_else(|refusal| refusal.error_response());
    cors::allow(&request, answer.headers_mut());
    answer
}

async fn completed(
    request: &HttpRequest,
    payload: web::Payload,
    app: &App,
) -> Result<HttpResponse, Refusal> {
    let completer = asker::completer(request)?;
    let body = body::whole(request, payload, app, body::OUTPUT_BYTES_MAX).await?;
    let fields = body::object(&body)?;
    let id = token_id(request)?;
    completer.may_complete(&id)?;
    let output = Output::written(fields.get("data").map(Json::raw));
    told(app.tokens.complete(&id, &output).await, FAILED, Read::Whole)
}

/// Complete a token with the whole body, by its callback URL.
///
/// Whoever has the URL may: no key is asked for. The whole body is the data, as it was written. A body
/// that is no JSON, or empty, completes it with `{}`, and the answer has `body_ignored`.
#[utoipa::path(
    post, path = "/api/v1/waitpoints/tokens/{id}/callback/{hash}", tag = "waitpoints",
    params(TokenPath, HashPath),
    request_body = Option<serde_json::Value>,
    responses(
        (status = 200, description = "It is completed", body = TokenCompleted),
        (status = 401, description = "A URL that nobody was given", body = Refused),
        (status = 411, description = "The body does not say how long it is", body = Refused),
        NoSuchToken,
    ),
)]
pub(crate) async fn callback(
    request: HttpRequest,
    payload: web::Payload,
    app: web::Data<App>,
) -> Result<HttpResponse, Refusal> {
    if request.method() != Method::POST {
        return Err(Refusal::MethodNotAllowed("POST".to_owned()));
    }
    if !body::says_its_length(&request) {
        return Err(Refusal::LengthMissing);
    }
    let body = body::whole(&request, payload, &app, body::OUTPUT_BYTES_MAX).await?;
    let id = token_id(&request)?;
    verify_hash(&request, &app, &id).await?;
    let (output, read) = called_back(&body);
    let completed = app.tokens.complete(&id, &output).await;
    told(completed, CALLBACK_FAILED, read)
}

/// Whether a body was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Read {
    /// It is the data.
    Whole,
    /// It is no JSON, and the data is `{}`, as the contract has it.
    Ignored,
}

/// What a body completes its token with: what JavaScript reads in it, which takes bytes that are not
/// UTF-8 for the replacement character.
fn called_back(body: &[u8]) -> (Output, Read) {
    let text = String::from_utf8_lossy(body);
    match Json::of_text(&text) {
        Ok(json) => (Output::written(Some(json.raw())), Read::Whole),
        Err(_) => (Output::of(&json!({})), Read::Ignored),
    }
}

async fn verify_hash(request: &HttpRequest, app: &App, id: &TokenId) -> Result<(), Refusal> {
    let failed =
        |error: &(dyn std::error::Error + 'static)| Refusal::failed(CALLBACK_FAILED, error);
    let token = app
        .tokens
        .retrieve(id)
        .await
        .map_err(|error| failed(&error))?;
    let made_by = token.ok_or(Refusal::NotFound)?.created_by;
    let made_by = made_by.parse().map_err(|_| Refusal::WrongHash)?;
    let hash = request.match_info().get("hash").unwrap_or_default();
    let fits = urls::is_hash_of(app, id, made_by, hash)
        .await
        .map_err(|error| failed(&error))?;
    if fits {
        Ok(())
    } else {
        Err(Refusal::WrongHash)
    }
}

fn told(
    settled: Result<Settled, Failure>,
    failed: &'static str,
    read: Read,
) -> Result<HttpResponse, Refusal> {
    let woke = match settled.map_err(|failure| Refusal::failed(failed, &failure))? {
        Settled::Now => true,
        Settled::Before => false,
        Settled::Unknown => return Err(Refusal::NotFound),
    };
    Ok(HttpResponse::Ok().json(match read {
        Read::Whole => json!({"success": true, "woke": woke}),
        Read::Ignored => json!({"success": true, "woke": woke, "body_ignored": true}),
    }))
}
