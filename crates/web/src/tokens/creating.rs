//! `POST /api/v1/waitpoints/tokens`: makes a token, or finds the one that the caller's key leads
//! to.
//!
//! All attempts of one call carry one `x-trigger-request-idempotency-key`, and get one token: an
//! answer that is lost leaves no orphan behind, which the original does.

use super::described::{NewTokenBody, Refused};
use super::jwt::{self, Claims};
use super::refusal::Refusal;
use super::{asker, body, scopes, urls, wish};
use crate::app::App;
use actix_web::http::header::HeaderName;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::TimeDelta;
use keys::KeyPrefix;
use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use uuid::Uuid;
use waitpoints::{CreateError, TokenId};

const REQUEST_KEY: HeaderName = HeaderName::from_static("x-trigger-request-idempotency-key");
const FAILED: &str = "Something went wrong";
/// How long the public token that comes with a new token lives.
const PUBLIC_TOKEN_HOURS: i64 = 24;

/// A token that was made, or found.
#[derive(Serialize, ToSchema)]
#[schema(as = CreatedToken)]
#[serde(rename_all = "camelCase")]
struct CreatedJson {
    id: String,
    /// Whether the caller's key led to it.
    is_cached: bool,
    /// Whoever is given this may complete the token.
    url: String,
}

/// Make a token.
///
/// Or find the one that the caller's idempotency key leads to.
#[utoipa::path(
    post, path = "/api/v1/waitpoints/tokens", tag = "waitpoints",
    request_body = NewTokenBody,
    responses(
        (status = 200, description = "The token", body = CreatedJson, headers(
            ("x-trigger-jwt" = String, description = "A public token that may complete it, for 24 hours"),
            ("x-trigger-jwt-claims" = String, description = "What a holder puts into public tokens that it signs"))),
        (status = 404, description = "The campaign of the tags is not there", body = Refused),
        (status = 422, description = "More than ten tags", body = Refused),
    ),
    security(("internal_key" = [])),
)]
pub(crate) async fn create(
    request: HttpRequest,
    payload: web::Payload,
    app: web::Data<App>,
) -> Result<HttpResponse, Refusal> {
    let prefix = asker::key(&request)?;
    let body = body::whole(&request, payload, &app, body::REQUEST_BYTES_MAX).await?;
    let mut new = wish::read(&body::object(&body)?, (app.sources.now)())?;
    new.request_key = request_key(&request);
    new.created_by = prefix.to_string();
    let created = app.tokens.create(&new).await.map_err(refused)?;
    let url = urls::callback(&request, &app, &created.id, prefix).await?;
    let answer = CreatedJson {
        id: created.id.to_string(),
        is_cached: created.is_cached,
        url,
    };
    let public_token = public_token(&app, prefix, &created.id).await?;
    Ok(HttpResponse::Ok()
        .insert_header(("x-trigger-jwt-claims", claims_of_holder(prefix).to_string()))
        .insert_header(("x-trigger-jwt", public_token))
        .json(answer))
}

/// The claims that a holder puts into the public tokens that it signs itself: who signed.
pub(crate) fn claims_of_holder(prefix: KeyPrefix) -> serde_json::Value {
    json!({"sub": prefix.to_string(), "pub": true})
}

async fn public_token(app: &App, prefix: KeyPrefix, id: &TokenId) -> Result<String, Refusal> {
    let now = (app.sources.now)();
    let scopes = vec![scopes::completing(&id.to_string())];
    let expires_at = now + TimeDelta::hours(PUBLIC_TOKEN_HOURS);
    let claims = Claims::new(prefix, scopes, now, expires_at);
    jwt::sign(&app.keyring, prefix, &claims)
        .await
        .map_err(|error| Refusal::failed(FAILED, &error))?
        .ok_or(Refusal::BadKey)
}

/// What all attempts of one call have in common. A text that is no UUID stands for one.
fn request_key(request: &HttpRequest) -> Option<Uuid> {
    let text = request.headers().get(REQUEST_KEY)?.to_str().ok()?;
    Uuid::try_parse(text).ok().or_else(|| {
        let digest = Sha256::digest(text.as_bytes());
        digest
            .as_slice()
            .first_chunk()
            .copied()
            .map(Uuid::from_bytes)
    })
}

fn refused(error: CreateError) -> Refusal {
    match error {
        CreateError::CampaignNotFound => Refusal::NoSuchCampaign,
        CreateError::BadTags(_) | CreateError::NulCharacter => Refusal::Invalid(error.to_string()),
        CreateError::Failure(failure) => Refusal::failed(FAILED, &failure),
    }
}
