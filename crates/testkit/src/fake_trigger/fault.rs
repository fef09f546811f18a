//! How a request can fail.

use std::time::Duration;

/// What happens to a request instead of, or beside, the usual.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing is done, and this is answered.
    Answer {
        /// The status.
        status: u16,
        /// `x-should-retry`, if it is there.
        should_retry: Option<bool>,
        /// The body.
        body: &'static str,
    },
    /// Nothing is done, and the request is sent elsewhere (307).
    Redirect {
        /// To this URL.
        to: &'static str,
    },
    /// The connection is reset, and nothing is done.
    Reset,
    /// It is done, and the connection is cut before the answer.
    LoseAnswer,
    /// It is done, and the connection is cut in the middle of the answer.
    CutAnswer,
    /// It is done, and answered late.
    Late(Duration),
}

impl Fault {
    /// An answer with this status and the words of the original for a failure.
    #[must_use]
    pub const fn status(status: u16) -> Self {
        Self::Answer {
            status,
            should_retry: None,
            body: r#"{"error":"Failed to complete waitpoint token"}"#,
        }
    }
}

/// What the header says about when the bucket grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResetHeader {
    /// When it does.
    True,
    /// Nothing: it is not there.
    Missing,
    /// An hour ago.
    Past,
    /// In ten years.
    Absurd,
    /// When it does, in seconds.
    Seconds,
    /// No number.
    Nonsense,
}

impl ResetHeader {
    pub(super) fn text(self, reset_ms: i64) -> Option<String> {
        const HOUR_MS: i64 = 3_600_000;
        const TEN_YEARS_MS: i64 = 87_600 * HOUR_MS;
        match self {
            Self::True => Some(reset_ms.to_string()),
            Self::Missing => None,
            Self::Past => Some((reset_ms - HOUR_MS).to_string()),
            Self::Absurd => Some((reset_ms + TEN_YEARS_MS).to_string()),
            Self::Seconds => Some((reset_ms / 1000).to_string()),
            Self::Nonsense => Some(String::from("soon")),
        }
    }
}
