//! Bodies of the token API: how long they may be, and how they are read.
//!
//! A body must say how long it is before it comes (the contract answers 413 to one that does not),
//! and is read whole before anything happens. JSON that is nothing (`null`, `0`, `false`, `""`) is
//! taken for no JSON, as there.

use super::refusal::Refusal;
use crate::app::App;
use crate::body::{BadBody, read};
use crate::json::{Complaint, Fields, Json};
use actix_web::HttpRequest;
use actix_web::http::header::CONTENT_LENGTH;
use actix_web::web::{Bytes, Payload};

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

/// The fields of a body that must be a JSON object.
pub(crate) fn object(body: &[u8]) -> Result<Fields<'_>, Refusal> {
    if body.is_empty() {
        return Err(Refusal::EmptyBody);
    }
    let json = Json::of(body).map_err(|_| Refusal::NotJson)?;
    match json.fields() {
        Some(fields) => Ok(fields),
        None if is_nothing(json) => Err(Refusal::NotJson),
        None => Err(Refusal::Invalid("Expected object".to_owned())),
    }
}

/// A field that must be a text where it is given.
pub(crate) fn text<'a>(
    fields: &Fields<'a>,
    name: &'static str,
) -> Result<Option<std::borrow::Cow<'a, str>>, Refusal> {
    let text = fields.get(name).map(Json::string).transpose();
    text.map_err(|complaint| unfit(complaint, name))
}

/// A field that is not what it must be.
pub(crate) fn unfit(complaint: Complaint, name: &'static str) -> Refusal {
    Refusal::Invalid(complaint.in_field(name).to_string())
}

/// What JavaScript takes for false.
fn is_nothing(json: Json<'_>) -> bool {
    matches!(json.text(), "null" | "false" | "\"\"") || json.number() == Some(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_as_javascript_reads_them() {
        let body = br#"{"a": 1, "\ud83d": 2, "a": "last", "\u0062": 1.0}"#;
        let fields = object(body).unwrap();

        assert_eq!(text(&fields, "a").unwrap().as_deref(), Some("last"));
        assert_eq!(fields.get("b").map(Json::text), Some("1.0"));
        assert!(fields.get("c").is_none() && text(&fields, "c").unwrap().is_none());
    }

    #[test]
    fn only_an_object_is_taken() {
        assert!(object(b"{}").is_ok());
        assert_eq!(object(b"").err(), Some(Refusal::EmptyBody));
        for body in ["null", "0", "0.0", "false", "\"\"", "{", "no", " "] {
            assert_eq!(
                object(body.as_bytes()).err(),
                Some(Refusal::NotJson),
                "{body}"
            );
        }
        for body in ["[]", "1", "true", "\"a\""] {
            assert!(
                matches!(object(body.as_bytes()), Err(Refusal::Invalid(_))),
                "{body}"
            );
        }
    }
}
