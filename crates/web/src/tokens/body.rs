//! Bodies of the token API: how long they may be, and how they are read.
//!
//! A body must say how long it is before it comes (the contract answers 413 to one that does not),
//! and is read whole before anything happens. JSON that is nothing (`null`, `0`, `false`, `""`) is
//! taken for no JSON, as there.

use super::refusal::Refusal;
use crate::app::App;
use crate::body::{BadBody, read};
use actix_web::HttpRequest;
use actix_web::http::header::CONTENT_LENGTH;
use actix_web::web::{Bytes, Payload};
use serde_json::{Map, Value};

/// The largest body that says what to make or to wait for.
pub(crate) const REQUEST_BYTES_MAX: usize = 10 * 1024;
/// The largest body that completes a token.
pub(crate) const OUTPUT_BYTES_MAX: usize = 3 * 1024 * 1024;

/// Whether a body says how long it is.
pub(crate) fn says_its_length(request: &HttpRequest) -> bool {
    request.headers().contains_key(CONTENT_LENGTH)
}

/// The whole body, which must say its length.
pub(crate) async fn whole(
    request: &HttpRequest,
    payload: Payload,
    app: &App,
    bytes_max: usize,
) -> Result<Bytes, Refusal> {
    if !says_its_length(request) {
        return Err(Refusal::BodyTooLarge);
    }
    read(payload, app.limits.body_time_max, bytes_max)
        .await
        .map_err(|bad| match bad {
            BadBody::BrokeOff => Refusal::BrokenBody,
            BadBody::TooLarge(_) => Refusal::BodyTooLarge,
            BadBody::TooSlow => Refusal::BodyTooSlow,
        })
}

/// A body that must be a JSON object.
pub(crate) fn object(body: &[u8]) -> Result<Map<String, Value>, Refusal> {
    if body.is_empty() {
        return Err(Refusal::EmptyBody);
    }
    let value: Value = serde_json::from_slice(body).map_err(|_| Refusal::NotJson)?;
    match value {
        Value::Object(fields) => Ok(fields),
        value if is_nothing(&value) => Err(Refusal::NotJson),
        _ => Err(Refusal::Invalid("Expected object".to_owned())),
    }
}

/// What JavaScript takes for false.
fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(is_true) => !is_true,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(_) | Value::Object(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_object_is_taken() {
        assert!(object(b"{}").unwrap().is_empty());
        assert_eq!(object(b""), Err(Refusal::EmptyBody));
        for body in ["null", "0", "0.0", "false", "\"\"", "{", "no", " "] {
            assert_eq!(object(body.as_bytes()), Err(Refusal::NotJson), "{body}");
        }
        for body in ["[]", "1", "true", "\"a\""] {
            assert!(
                matches!(object(body.as_bytes()), Err(Refusal::Invalid(_))),
                "{body}"
            );
        }
    }
}
