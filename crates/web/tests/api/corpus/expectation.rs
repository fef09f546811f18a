//! What an answer is held to.

use super::connection::{Answer, find};
use super::names::Names;
use serde_json::Value;

/// One line of an expected answer.
pub enum Expectation {
    Status(String),
    /// A header has this value; `*`: any.
    Header(String, String),
    NoHeader(String),
    /// The body is JSON that has at least this.
    Json(String),
    BodyIs(String),
    BodyContains(String),
    BodyLacks(String),
    /// A name is kept for later requests: a header, or a JSON pointer into the body.
    KeepHeader(String, String),
    KeepJson(String, String),
}

impl Expectation {
    pub fn parse(line: &str) -> Result<Self, String> {
        let unknown = || format!("not an expectation: {line}");
        let (word, rest) = line.split_once(' ').ok_or_else(unknown)?;
        let rest = rest.to_owned();
        match word {
            "header" => {
                let (name, value) = rest.split_once(": ").ok_or_else(unknown)?;
                Ok(Self::Header(name.to_lowercase(), value.to_owned()))
            }
            "no" => {
                let name = rest.strip_prefix("header ").ok_or_else(unknown)?;
                Ok(Self::NoHeader(name.to_lowercase()))
            }
            "json" => Ok(Self::Json(rest)),
            "keep" => {
                let mut words = rest.split(' ').map(str::to_owned);
                match (words.next(), words.next().as_deref(), words.next()) {
                    (Some(name), Some("header"), Some(it)) => Ok(Self::KeepHeader(name, it)),
                    (Some(name), Some("json"), Some(it)) => Ok(Self::KeepJson(name, it)),
                    _ => Err(unknown()),
                }
            }
            "body" => match rest.split_once(' ') {
                None if rest == "empty" => Ok(Self::BodyIs(String::new())),
                Some(("is", text)) => Ok(Self::BodyIs(text.to_owned())),
                Some(("contains", text)) => Ok(Self::BodyContains(text.to_owned())),
                Some(("lacks", text)) => Ok(Self::BodyLacks(text.to_owned())),
                _ => Err(unknown()),
            },
            _ => Err(unknown()),
        }
    }

    /// Takes a line that continues this one.
    pub fn extend(&mut self, line: &str) -> Result<(), String> {
        match self {
            Self::Json(text) => {
                text.push('\n');
                text.push_str(line);
                Ok(())
            }
            _ => Err("only JSON has several lines".to_owned()),
        }
    }

    pub async fn hold(&self, answer: &Answer, names: &mut Names<'_>) -> Result<(), String> {
        match self {
            Self::Status(status) if *status == answer.status => Ok(()),
            Self::Status(status) => Err(format!("not {status}")),
            Self::Header(name, value) => {
                let value = names.text(value).await?;
                match answer.header(name) {
                    Some(found) if value == "*" || found == value => Ok(()),
                    found => Err(format!("header {name}: {found:?} is not {value:?}")),
                }
            }
            Self::NoHeader(name) => match answer.header(name) {
                None => Ok(()),
                Some(value) => Err(format!("there is a header {name}: {value}")),
            },
            Self::Json(text) => {
                let text = names.text(text).await?;
                let expected = parsed(text.as_bytes())?;
                has(&parsed(&answer.body)?, &expected, "")
            }
            Self::BodyIs(text) => {
                let expected = names.bytes(text).await?;
                let is_it = answer.body == expected;
                is_it.then_some(()).ok_or(format!("the body is not {text}"))
            }
            Self::BodyContains(text) => {
                let found = find(&answer.body, &names.bytes(text).await?);
                found.map(|_| ()).ok_or(format!("the body lacks {text}"))
            }
            Self::BodyLacks(text) => match find(&answer.body, &names.bytes(text).await?) {
                None => Ok(()),
                Some(_) => Err(format!("the body contains {text}")),
            },
            Self::KeepHeader(name, header) => {
                let value = answer.header(header).ok_or(format!("no header {header}"))?;
                names.put(name, value);
                Ok(())
            }
            Self::KeepJson(name, pointer) => {
                let body = parsed(&answer.body)?;
                match body.pointer(pointer) {
                    Some(Value::String(text)) => names.put(name, text),
                    Some(value) => names.put(name, &value.to_string()),
                    None => return Err(format!("nothing at {pointer}")),
                }
                Ok(())
            }
        }
    }
}

fn parsed(text: &[u8]) -> Result<Value, String> {
    serde_json::from_slice(text).map_err(|error| format!("no JSON: {error}"))
}

/// Whether `found` has at least what is expected: objects may have more fields.
fn has(found: &Value, expected: &Value, place: &str) -> Result<(), String> {
    match (found, expected) {
        (Value::Object(found), Value::Object(expected)) => {
            for (name, value) in expected {
                let place = format!("{place}/{name}");
                let field = found.get(name).ok_or(format!("nothing at {place}"))?;
                has(field, value, &place)?;
            }
            Ok(())
        }
        (Value::Array(found), Value::Array(expected)) if found.len() == expected.len() => {
            for (number, (found, expected)) in found.iter().zip(expected).enumerate() {
                has(found, expected, &format!("{place}/{number}"))?;
            }
            Ok(())
        }
        _ if found == expected => Ok(()),
        _ => Err(format!("{place}: {found} is not {expected}")),
    }
}
