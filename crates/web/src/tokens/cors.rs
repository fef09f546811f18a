//! Browsers may complete a token with a public token, from anywhere: the path of completing, and
//! no other, answers as the contract's "CORS" has it.

use super::described::{AnyTokenPath, PreflightHeaders};
use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    HeaderMap, HeaderValue, ORIGIN, VARY,
};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;

const METHODS: &str = "GET,HEAD,PUT,PATCH,POST,DELETE";
const MAX_AGE_SECONDS: &str = "300";
const EXPOSED: &str = "x-trigger-jwt,x-trigger-jwt-claims";

/// Answer a browser that asks before it completes a token.
#[utoipa::path(
    options, path = "/api/v1/waitpoints/tokens/{id}/complete", tag = "waitpoints",
    params(AnyTokenPath, PreflightHeaders),
    responses((status = 200, description = "It may", body = Object)),
)]
pub(crate) async fn preflight(request: HttpRequest) -> HttpResponse {
    let mut answer = HttpResponse::Ok().json(json!({}));
    let headers = answer.headers_mut();
    allow(&request, headers);
    headers.insert(
        ACCESS_CONTROL_ALLOW_METHODS,
        HeaderValue::from_static(METHODS),
    );
    headers.insert(
        ACCESS_CONTROL_MAX_AGE,
        HeaderValue::from_static(MAX_AGE_SECONDS),
    );
    if let Some(asked) = request.headers().get(ACCESS_CONTROL_REQUEST_HEADERS) {
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, asked.clone());
    }
    answer
}

/// Lets the browser's page read the answer.
pub(crate) fn allow(request: &HttpRequest, headers: &mut HeaderMap) {
    let origin = request.headers().get(ORIGIN).cloned();
    let origin = origin.unwrap_or(HeaderValue::from_static("*"));
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(
        ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static(EXPOSED),
    );
    headers.insert(VARY, HeaderValue::from_static("Origin"));
}
