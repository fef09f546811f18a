//! What a token is completed with, as it is stored and shown.
//!
//! The rules are Trigger.dev's (its contract, "Stored output"): nothing for no data and for empty
//! text, plain text for text, and superjson for everything else, `null` too. Data is kept as it was
//! written: every digit of a number, the order of keys, blanks. Text that the database cannot store
//! bare, with a NUL character or half of a surrogate pair, is kept as superjson, which escapes it: a
//! reader sees the same.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};

/// What the SDK takes for a token whose time ran out.
const TIMEOUT_CODE: &str = "TRIGGER_WAITPOINT_TIMEOUT";

/// A token's output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// The text, if there is any.
    pub text: Option<String>,
    /// How to read it.
    pub output_type: OutputType,
    /// Whether it says that the wait failed.
    pub is_error: bool,
}

/// How an output is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OutputType {
    /// JSON as it is.
    Json,
    /// Text as it is.
    Text,
    /// JSON in superjson's envelope.
    SuperJson,
}

impl OutputType {
    /// The media type, as stored and shown.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Text => "text/plain",
            Self::SuperJson => "application/super+json",
        }
    }

    /// Reads a stored media type; one that nobody wrote is JSON, the default.
    pub(crate) fn from_stored(stored: &str) -> Self {
        [Self::Text, Self::SuperJson]
            .into_iter()
            .find(|known| known.as_str() == stored)
            .unwrap_or(Self::Json)
    }
}

impl Output {
    /// The output of a completion with `data` as it was written, or without any.
    ///
    /// ```
    /// use waitpoints::Output;
    ///
    /// let data = serde_json::from_str(r#"{"paused": 1.00}"#)?;
    /// let output = Output::written(Some(data));
    /// assert_eq!(output.text.as_deref(), Some(r#"{"json":{"paused": 1.00}}"#));
    /// assert_eq!(output.output_type.as_str(), "application/super+json");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn written(data: Option<&RawValue>) -> Self {
        let (text, output_type) = match data.map(|data| (data.get(), plain_text(data))) {
            None => (None, OutputType::Json),
            Some((_, Some(text))) if text.is_empty() => (None, OutputType::Json),
            Some((_, Some(text))) => (Some(text), OutputType::Text),
            Some((json, None)) => (Some(format!("{{\"json\":{json}}}")), OutputType::SuperJson),
        };
        Self {
            text,
            output_type,
            is_error: false,
        }
    }

    /// The output of a completion with data of ours.
    #[must_use]
    pub fn of(data: &Value) -> Self {
        Self::written(to_raw_value(data).ok().as_deref())
    }

    /// The output of a token whose time ran out at `timeout_at`.
    #[must_use]
    pub fn timed_out(timeout_at: DateTime<Utc>) -> Self {
        let at = timeout_at.to_rfc3339_opts(SecondsFormat::Millis, true);
        let error =
            json!({"code": TIMEOUT_CODE, "message": format!("Waitpoint timed out at {at}")});
        Self {
            text: Some(error.to_string()),
            output_type: OutputType::Json,
            is_error: true,
        }
    }
}

/// The text of a string that the database can keep as text.
fn plain_text(data: &RawValue) -> Option<String> {
    let text: Option<String> = serde_json::from_str(data.get()).ok();
    text.filter(|text| !text.contains('\0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(data: Option<Value>) -> (Option<String>, &'static str, bool) {
        let output = Output::written(data.map(|data| to_raw_value(&data).unwrap()).as_deref());
        (output.text, output.output_type.as_str(), output.is_error)
    }

    #[test]
    fn no_data_and_empty_text_are_no_output() {
        assert_eq!(stored(None), (None, "application/json", false));
        assert_eq!(stored(Some(json!(""))), (None, "application/json", false));
    }

    #[test]
    fn text_stays_text() {
        let (text, output_type, _) = stored(Some(json!("{\"a\": 1} ä")));

        assert_eq!(
            (text.as_deref(), output_type),
            (Some("{\"a\": 1} ä"), "text/plain")
        );
    }

    #[test]
    fn everything_else_is_superjson_null_too() {
        for (data, expected) in [
            (json!({"paused": true}), r#"{"json":{"paused":true}}"#),
            (json!(null), r#"{"json":null}"#),
            (json!(false), r#"{"json":false}"#),
            (json!(0), r#"{"json":0}"#),
            (json!([]), r#"{"json":[]}"#),
        ] {
            let (text, output_type, is_error) = stored(Some(data));

            assert_eq!(text.as_deref(), Some(expected));
            assert_eq!((output_type, is_error), ("application/super+json", false));
        }
    }

    #[test]
    fn text_that_the_database_cannot_store_is_escaped() {
        let (text, output_type, _) = stored(Some(json!("a\0b")));

        assert_eq!(text.as_deref(), Some(r#"{"json":"a\u0000b"}"#));
        assert_eq!(output_type, "application/super+json");
    }

    #[test]
    fn data_is_kept_as_it_was_written() {
        for data in [
            "{\"b\": 1, \"a\": 117.63331139400017, \"b\": [1e999,\n 123456789012345678901234567890]}",
            r#"{"cut": "\ud83d"}"#,
            r#""cut \ud83d""#,
            r#""\ude00\u0000""#,
            "-0.0",
            &format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)),
        ] {
            let output = Output::written(Some(serde_json::from_str(data).unwrap()));

            assert_eq!(output.text, Some(format!("{{\"json\":{data}}}")));
            assert_eq!(output.output_type, OutputType::SuperJson);
        }
    }

    #[test]
    fn a_time_out_is_an_error_that_says_when() {
        let at = DateTime::from_timestamp_millis(1_764_086_400_123).unwrap();

        let output = Output::timed_out(at);

        assert_eq!(
            output.text.as_deref(),
            Some(
                r#"{"code":"TRIGGER_WAITPOINT_TIMEOUT","message":"Waitpoint timed out at 2025-11-25T16:00:00.123Z"}"#
            )
        );
        assert!(output.is_error);
        assert_eq!(output.output_type.as_str(), "application/json");
    }
}
