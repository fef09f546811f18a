//! Parsing a body that has to be a JSON object.
//!
//! What is wrong is told by the field's name and by what was expected there, never by what was
//! sent: that may be somebody's address. No string may hold a NUL character, which the database
//! could not keep.

use crate::body::is_json;
use crate::problem::Problem;
use actix_web::HttpRequest;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// How a NUL character is written in JSON.
const NUL: &[u8] = b"\\u0000";

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
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Body::default());
    }
    object(request, body)
}

fn parse<Body: DeserializeOwned>(body: &[u8]) -> Result<Body, Problem> {
    // A derived struct would be read from an array too.
    if !body.trim_ascii_start().starts_with(b"{") {
        return Err(Problem::invalid("The request body must be a JSON object"));
    }
    let mut reader = serde_json::Deserializer::from_slice(body);
    let parsed = serde_path_to_error::deserialize(&mut reader)
        .map_err(|error| Problem::invalid(complaint(&error)))?;
    reader
        .end()
        .map_err(|_| Problem::invalid("The request body is not valid JSON"))?;
    refuse_nul(body)?;
    Ok(parsed)
}

fn complaint(error: &serde_path_to_error::Error<serde_json::Error>) -> String {
    let path = error.path().to_string();
    let inner = error.inner();
    if !inner.is_data() {
        return "The request body is not valid JSON".to_owned();
    }
    let said = inner.to_string();
    let said = said.split(" at line ").next().unwrap_or_default();
    let at_the_top = path == ".";
    if said.starts_with("unknown field") {
        return said.to_owned();
    }
    match said.rsplit_once("expected ") {
        Some((_, expected)) if at_the_top => {
            format!("The request body must be {}", in_words(expected))
        }
        Some((_, expected)) => format!("{path} must be {}", in_words(expected)),
        // What our own types say: a missing field's name, or a rule. Never a value.
        None if at_the_top => said.to_owned(),
        None => told_at(&path, said),
    }
}

/// A rule that begins with the field's name is told with its whole path; any other stands behind it.
fn told_at(path: &str, said: &str) -> String {
    let field = path.rsplit('.').next().unwrap_or(path);
    match said.strip_prefix(field) {
        Some(rest) => format!("{path}{rest}"),
        None => format!("{path}: {said}"),
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

/// Makes sure that a list has at most `items_max` items.
pub(crate) fn at_most(name: &str, items: usize, items_max: usize) -> Result<(), Problem> {
    if items_max < items {
        let message = format!("{name} must have at most {items_max} items");
        return Err(Problem::invalid(message));
    }
    Ok(())
}

/// What is expected, in the words of JSON.
fn in_words(expected: &str) -> String {
    let of_json = match expected {
        "a sequence" => "an array",
        "a map" => "an object",
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number in its range",
        whole if whole.starts_with("struct ") => "an object",
        other => other,
    };
    of_json.to_owned()
}

/// Looks for NUL characters, and names where the first one is.
fn refuse_nul(body: &[u8]) -> Result<(), Problem> {
    if !body.windows(NUL.len()).any(|six| six == NUL) {
        return Ok(());
    }
    let value: Value = serde_json::from_slice(body)
        .map_err(|_| Problem::invalid("The request body is not valid JSON"))?;
    match place_of_nul(&value) {
        None => Ok(()),
        Some(place) => {
            let place = place.trim_start_matches('.');
            let message = format!("{place} must not contain NUL characters");
            Err(Problem::invalid(message))
        }
    }
}

/// As in `.people[0].name`.
fn place_of_nul(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => text.contains('\0').then(String::new),
        Value::Array(items) => items.iter().enumerate().find_map(|(place, item)| {
            let within = place_of_nul(item)?;
            Some(format!("[{place}]{within}"))
        }),
        Value::Object(fields) => fields.iter().find_map(|(name, field)| {
            if name.contains('\0') {
                return Some(".a field's name".to_owned());
            }
            let within = place_of_nul(field)?;
            Some(format!(".{name}{within}"))
        }),
        _ => None,
    }
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
    fn a_nul_character_is_refused_wherever_it_stands() {
        for (body, complaint) in [
            (
                r#"{"people": [{"age": 1, "name": "a\u0000"}]}"#,
                "people[0].name must not contain NUL characters",
            ),
            (
                r#"{"people": [], "else": ["\u0000"]}"#,
                "else[0] must not contain NUL characters",
            ),
            (
                r#"{"people": [], "\u0000": 1}"#,
                "a field's name must not contain NUL characters",
            ),
        ] {
            assert_eq!(complaint_about(body), complaint, "{body}");
        }
    }

    #[test]
    fn a_backslash_before_four_noughts_is_no_nul() {
        assert!(parse::<Crew>(br#"{"people": [], "else": "\\u0000"}"#).is_ok());
    }
}
