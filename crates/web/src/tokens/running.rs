//! `POST /engine/v1/runs/{run_id}/waitpoints/tokens/{id}/wait`: a run says that it goes to sleep on
//! a token.
//!
//! The platform notes which run to wake. Here runs watch their tokens themselves (a long poll), so
//! there is nothing to note; the answer is whether there is such a token.

use super::described::{NoSuchToken, RunPath, Success};
use super::refusal::Refusal;
use super::{asker, body, token_id};
use crate::app::App;
use crate::openapi::TokenPath;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;

const FAILED: &str = "Failed to wait for waitpoint token";

/// Tell a run whether it may sleep on a token.
///
/// The platform notes which run to wake. Here runs watch their tokens by a long poll.
#[utoipa::path(
    post, path = "/engine/v1/runs/{run_id}/waitpoints/tokens/{id}/wait", tag = "waitpoints",
    params(RunPath, TokenPath),
    request_body(content = Option<serde_json::Value>, description = "Not read"),
    responses((status = 200, description = "It may", body = Success), NoSuchToken),
    security(("internal_key" = [])),
)]
pub(crate) async fn wait(
    request: HttpRequest,
    payload: web::Payload,
    app: web::Data<App>,
) -> Result<HttpResponse, Refusal> {
    asker::key(&request)?;
    body::whole(&request, payload, &app, body::REQUEST_BYTES_MAX).await?;
    let id = token_id(&request)?;
    let token = app.tokens.retrieve(&id).await;
    token
        .map_err(|failure| Refusal::failed(FAILED, &failure))?
        .ok_or(Refusal::NotFound)?;
    Ok(HttpResponse::Ok().json(json!({"success": true})))
}
