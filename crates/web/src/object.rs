//! Parsing a body that has to be a JSON object, or that may be missing.
//!
//! What every body obeys stands in `json`. An operation that needs no body takes one that says nothing
//! for none, whatever its `Content-Type`: clients write one where there is nothing to send.

use crate::body::is_json;
use crate::json::{Complaint, Json};
use crate::problem::Problem;
use actix_web::HttpRequest;
use domain::{is_line, is_text};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

/// What clients send for nothing besides no bytes and an empty object.
const NOTHING: [&str; 2] = ["null", "\"\""];
/// What a text may begin with (RFC 8259, section 8.1).
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The body, which has to be called JSON and to be an object.
pub(crate) fn object<Body: DeserializeOwned>(
    request: &HttpRequest,
    body: &[u8],
) -> Result<Body, Problem> {
    if !is_json(request) {
        return Err(Problem::UnsupportedMedia);
    }
    parse(body)
}

/// The same for a body that may also be missing.
pub(crate) fn optional<Body: DeserializeOwned + Default>(
    request: &HttpRequest,
    body: &[u8],
) -> Result<Body, Problem> {
    if is_nothing(body) {
        return Ok(Body::default());
    }
    object(request, body)
}

/// A body that is read and whose fields are none of ours.
#[derive(Debug, Default, Deserialize)]
struct Ignored {}

/// The body of an operation that takes nothing of it: none, or a JSON object.
pub(crate) fn unused(request: &HttpRequest, body: &[u8]) -> Result<(), Problem> {
    optional(request, body).map(|Ignored {}| ())
}

/// Whether a body says nothing: no bytes but blanks, `null`, `""` or `{}`.
pub(crate) fn is_nothing(body: &[u8]) -> bool {
    let body = trimmed(body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body));
    let inside = body
        .strip_prefix(b"{")
        .and_then(|rest| rest.strip_suffix(b"}"));
    body.is_empty()
        || NOTHING.iter().any(|nothing| nothing.as_bytes() == body)
        || inside.is_some_and(|inside| trimmed(inside).is_empty())
}

/// Without JSON's blanks around it (RFC 8259, section 2).
fn trimmed(text: &[u8]) -> &[u8] {
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
    let Some(begin) = text.iter().position(|byte| !is_blank(byte)) else {
        return &[];
    };
    let end = text
        .iter()
        .rposition(|byte| !is_blank(byte))
        .unwrap_or(begin);
    text.get(begin..=end).unwrap_or_default()
}

fn parse<Body: DeserializeOwned>(body: &[u8]) -> Result<Body, Problem> {
    read(body).map_err(Problem::from)
}

/// Reads a text that has to be a JSON object.
pub(crate) fn read<Body: DeserializeOwned>(text: &[u8]) -> Result<Body, Complaint> {
    let json = Json::of(text)?;
    if !json.is_object() {
        return Err(Complaint::no_object());
    }
    Body::deserialize(json)
}

impl From<Complaint> for Problem {
    fn from(complaint: Complaint) -> Self {
        Self::invalid(complaint.to_string())
    }
}

/// Takes a key that is there; `null` is a value of the wrong type.
pub(crate) fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// Takes a key that is there; `null` clears what it names.
pub(crate) fn nullable<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(deserializer).map(Some)
}

/// Makes sure that a text has at most `chars_max` characters.
pub(crate) fn within(name: &str, text: Option<&str>, chars_max: usize) -> Result<(), Problem> {
    match text {
        Some(text) if chars_max < text.chars().count() => Err(Problem::invalid(format!(
            "{name} must have at most {chars_max} characters"
        ))),
        _ => Ok(()),
    }
}

/// Makes sure that a text is one line ([`is_line`]).
pub(crate) fn one_line(name: &str, text: Option<&str>) -> Result<(), Problem> {
    if text.is_none_or(is_line) {
        return Ok(());
    }
    let message = format!("{name} must be one line without control characters");
    Err(Problem::invalid(message))
}

/// Makes sure that a text has no control characters but those that break its lines ([`is_text`]).
pub(crate) fn plain(name: &str, text: Option<&str>) -> Result<(), Problem> {
    if text.is_none_or(is_text) {
        return Ok(());
    }
    let message = format!("{name} must have no control characters but line breaks and tabs");
    Err(Problem::invalid(message))
}

/// Makes sure that a list has at most `items_max` items.
pub(crate) fn at_most(name: &str, items: usize, items_max: usize) -> Result<(), Problem> {
    if items_max < items {
        let message = format!("{name} must have at most {items_max} items");
        return Err(Problem::invalid(message));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct Crew {
        #[expect(dead_code, reason = "read by nobody: parsing is tried")]
        people: Vec<Person>,
    }

    #[derive(Debug, Deserialize)]
    struct Person {
        #[expect(dead_code, reason = "read by nobody: parsing is tried")]
        age: u8,
        #[serde(default)]
        #[expect(dead_code, reason = "read by nobody: parsing is tried")]
        name: Option<String>,
    }

    fn complaint_about(body: &str) -> String {
        parse::<Crew>(body.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn a_complaint_names_the_field_and_never_what_was_sent() {
        for (body, complaint) in [
            (
                r#"{"people": [{"age": "secret"}]}"#,
                "people[0].age must be a whole number in its range",
            ),
            (
                r#"{"people": [{"age": 256}]}"#,
                "people[0].age must be a whole number in its range",
            ),
            (r#"{"people": "secret"}"#, "people must be an array"),
            (r#"{"people": [{}]}"#, "people[0]: missing field `age`"),
            ("{}", "missing field `people`"),
            ("{\"people\"", "The request body is not valid JSON"),
            (r#"{"people": []} {}"#, "The request body is not valid JSON"),
            ("[]", "The request body must be a JSON object"),
        ] {
            assert_eq!(complaint_about(body), complaint, "{body}");
        }
    }

    #[test]
    fn a_text_that_cannot_be_kept_is_refused_by_its_place() {
        for (text, complaint) in [
            (r"a\u0000", "people[0].name must not contain NUL characters"),
            (
                r"cut \ud83d",
                "people[0].name must not contain half of a surrogate pair",
            ),
            (
                r"\ude00",
                "people[0].name must not contain half of a surrogate pair",
            ),
        ] {
            let body = format!(r#"{{"people": [{{"age": 1, "name": "{text}"}}]}}"#);
            assert_eq!(complaint_about(&body), complaint, "{body}");
        }
    }

    #[test]
    fn what_nobody_reads_may_hold_anything() {
        for other in [r#""\u0000""#, r#""\ud83d""#, r#"{"\ud83d": 1e999}"#] {
            let body = format!(r#"{{"people": [], "\u0000\ud83d": 1, "else": {other}}}"#);
            assert!(parse::<Crew>(body.as_bytes()).is_ok(), "{body}");
        }
        let deep = "[".repeat(100_000) + &"]".repeat(100_000);
        let body = format!(r#"{{"people": [], "else": {deep}}}"#);
        assert!(parse::<Crew>(body.as_bytes()).is_ok());
    }

    #[test]
    fn an_array_is_no_object_at_any_depth() {
        for (body, complaint) in [
            ("[[]]", "The request body must be a JSON object"),
            (r#"{"people": [[3, "Ada"]]}"#, "people[0] must be an object"),
        ] {
            assert_eq!(complaint_about(body), complaint, "{body}");
        }
    }

    #[test]
    fn a_body_that_says_nothing_is_none() {
        for body in [
            "",
            " \r\n\t",
            "null",
            " null\n",
            "\"\"",
            "{}",
            "{ \n}",
            "\u{feff}",
            "\u{feff} null",
            "\u{feff}\"\"",
            "\u{feff}{}",
        ] {
            assert!(is_nothing(body.as_bytes()), "{body:?}");
        }
        for body in [
            "0",
            "false",
            "[]",
            "\" \"",
            "{\"a\": 1}",
            "nul",
            "{",
            "null null",
            "\u{c}",
            "null\u{c}",
            "{\u{c}}",
            "\u{feff}\u{feff}",
        ] {
            assert!(!is_nothing(body.as_bytes()), "{body:?}");
        }
    }

    #[test]
    fn a_backslash_before_four_noughts_is_no_nul() {
        assert!(parse::<Crew>(br#"{"people": [], "else": "\\u0000"}"#).is_ok());
    }
}
