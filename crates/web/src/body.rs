//! Reading a body, bounded in size and time, and the reason that a change's body may give.

use crate::app::App;
use crate::object::{self, optional, plain, within};
use crate::problem::Problem;
use actix_web::HttpRequest;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{Bytes, BytesMut, Payload};
use futures_util::StreamExt;
use serde::Deserialize;
use std::time::Duration;
use utoipa::ToSchema;

/// The largest body of a change of state.
pub(crate) const BODY_BYTES_MAX: usize = 64 * 1024;
/// What is read and thrown away of a larger one, so that its sender hears the answer.
const DRAINED_BYTES_MAX: usize = 8 * 1024 * 1024;
/// The longest reason, in characters.
const REASON_CHARS_MAX: usize = 500;

/// What a change of state may carry.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub(crate) struct ChangeBody {
    /// Why, for the history.
    #[serde(default)]
    #[schema(
        max_length = 500,
        pattern = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$",
        example = "the list is being cleaned"
    )]
    pub reason: Option<String>,
}

/// Why there is no body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BadBody {
    /// It ended before its end.
    BrokeOff,
    /// It is larger than so many bytes.
    TooLarge(usize),
    /// It did not arrive in time.
    TooSlow,
}

impl From<BadBody> for Problem {
    fn from(bad: BadBody) -> Self {
        match bad {
            BadBody::BrokeOff => Self::invalid("The request body broke off"),
            BadBody::TooLarge(bytes_max) => Self::BodyTooLarge(bytes_max),
            BadBody::TooSlow => Self::BodyTooSlow,
        }
    }
}

/// The whole body.
pub(crate) async fn read(
    payload: Payload,
    longest: Duration,
    bytes_max: usize,
) -> Result<Bytes, BadBody> {
    match tokio::time::timeout(longest, collect(payload, bytes_max)).await {
        Ok(read) => read,
        Err(_) => Err(BadBody::TooSlow),
    }
}

async fn collect(mut payload: Payload, bytes_max: usize) -> Result<Bytes, BadBody> {
    let mut body = BytesMut::new();
    let mut seen = 0_usize;
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| BadBody::BrokeOff)?;
        seen = seen.saturating_add(chunk.len());
        if seen <= bytes_max {
            body.extend_from_slice(&chunk);
        } else if DRAINED_BYTES_MAX < seen {
            break;
        }
    }
    if bytes_max < seen {
        return Err(BadBody::TooLarge(bytes_max));
    }
    Ok(body.freeze())
}

/// Reads the body of an operation that takes nothing of it. It is refused as any other would be.
pub(crate) async fn unused(
    request: &HttpRequest,
    payload: Payload,
    app: &App,
) -> Result<(), Problem> {
    let body = read(payload, app.limits.body_time_max, BODY_BYTES_MAX).await?;
    object::unused(request, &body)
}

/// Why a change is made, if the body says so. Whatever else the body holds is not looked at.
pub(crate) fn reason(request: &HttpRequest, body: &[u8]) -> Result<Option<String>, Problem> {
    let ChangeBody { reason } = optional(request, body)?;
    within("reason", reason.as_deref(), REASON_CHARS_MAX)?;
    plain("reason", reason.as_deref())?;
    let reason = reason.map(|reason| reason.trim().to_owned());
    Ok(reason.filter(|reason| !reason.is_empty()))
}

/// Whether the body is said to be JSON.
pub(crate) fn is_json(request: &HttpRequest) -> bool {
    let Some(Ok(kind)) = request
        .headers()
        .get(CONTENT_TYPE)
        .map(|kind| kind.to_str())
    else {
        return false;
    };
    let essence = kind.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}
