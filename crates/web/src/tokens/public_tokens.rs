//! Public tokens for clients: `POST /api/v1/auth/jwt/claims`, for holders that sign their own, and
//! `POST /api/v1/auth/public-tokens`, for those that have us sign.

use super::creating::claims_of_holder;
use super::described::{ClaimsOfHolder, PublicToken, PublicTokenBody};
use super::jwt::{self, Claims};
use super::refusal::Refusal;
use super::{asker, body, times};
use crate::app::App;
use crate::json::{Fields, Json};
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

const LIFETIME_MINUTES_DEFAULT: i64 = 15;
/// The longest that a public token that we sign lives.
const LIFETIME_DAYS_MAX: i64 = 366;
const SCOPES_MAX: usize = 1_000;

/// What a holder puts into the public tokens that it signs.
#[utoipa::path(
    post, path = "/api/v1/auth/jwt/claims", tag = "waitpoints",
    responses((status = 200, description = "The claims", body = ClaimsOfHolder)),
    security(("internal_key" = [])),
)]
pub(crate) async fn claims(request: HttpRequest) -> Result<HttpResponse, Refusal> {
    let prefix = asker::key(&request)?;
    Ok(HttpResponse::Ok().json(claims_of_holder(prefix)))
}

/// Sign a public token with the scopes that the holder asks for.
#[utoipa::path(
    post, path = "/api/v1/auth/public-tokens", tag = "waitpoints",
    request_body = PublicTokenBody,
    responses((status = 200, description = "The token", body = PublicToken)),
    security(("internal_key" = [])),
)]
pub(crate) async fn mint(
    request: HttpRequest,
    payload: web::Payload,
    app: web::Data<App>,
) -> Result<HttpResponse, Refusal> {
    let prefix = asker::key(&request)?;
    let body = body::whole(&request, payload, &app, body::REQUEST_BYTES_MAX).await?;
    let fields = body::object(&body)?;
    let now = (app.sources.now)();
    let claims = Claims::new(prefix, scopes(&fields)?, now, expiry(&fields, now)?);
    let token = jwt::sign(&app.keyring, prefix, &claims)
        .await
        .map_err(|error| Refusal::failed("Something went wrong", &error))?
        .ok_or(Refusal::BadKey)?;
    Ok(HttpResponse::Ok().json(json!({"token": token})))
}

fn scopes(fields: &Fields<'_>) -> Result<Vec<String>, Refusal> {
    let scope = |scope: Json<'_>| Some(scope.string().ok()?.into_owned());
    let scopes: Option<Vec<String>> = fields
        .get("scopes")
        .and_then(Json::items)
        .and_then(|scopes| scopes.into_iter().map(scope).collect());
    scopes
        .filter(|scopes| (1..=SCOPES_MAX).contains(&scopes.len()))
        .ok_or_else(|| {
            let message = format!("scopes must be an array of 1 to {SCOPES_MAX} strings");
            Refusal::Invalid(message)
        })
}

/// When the token ends: seconds since the epoch, or how long from now.
fn expiry(fields: &Fields<'_>, now: DateTime<Utc>) -> Result<DateTime<Utc>, Refusal> {
    let at = match fields.get("expirationTime") {
        None => Some(now + TimeDelta::minutes(LIFETIME_MINUTES_DEFAULT)),
        Some(at) if at.is_number() => {
            let seconds = at.text().parse().ok();
            seconds.and_then(|seconds| DateTime::from_timestamp(seconds, 0))
        }
        Some(at) => at.string().ok().and_then(|text| {
            times::spelled_out(&text).and_then(|length| now.checked_add_signed(length))
        }),
    };
    at.filter(|at| *at - now <= TimeDelta::days(LIFETIME_DAYS_MAX))
        .ok_or_else(|| {
            Refusal::Invalid(format!(
                "expirationTime must be a time span or seconds since the epoch, at most {LIFETIME_DAYS_MAX} days ahead"
            ))
        })
}
