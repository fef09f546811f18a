//! The words of the engine's requests. A wrong one is told by the list of the right ones, never by
//! itself.

use crate::openapi::Words;
use domain::{Progress, SendFailure};
use serde::Deserialize;
use utoipa::ToSchema;

/// What happened to a prospect.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct ProgressWord(pub Progress);

/// What became of a permitted step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(try_from = "String")]
#[schema(as = OutcomeWord, rename_all = "snake_case")]
pub(super) enum OutcomeWord {
    /// It is at the provider.
    Sent,
    /// It was not sent, and will not be under this permit.
    Failed,
}

/// In documents: what happened to a prospect.
pub(super) type ProgressSchema = Words<Progress>;
/// In documents: what went wrong with a send.
pub(super) type FailureSchema = Words<SendFailure>;

/// What went wrong with a send.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct FailureWord(pub SendFailure);

/// Not one of the words.
#[derive(Debug, thiserror::Error)]
#[error("expected one of {0}")]
pub(super) struct NotAWord(&'static str);

impl TryFrom<String> for ProgressWord {
    type Error = NotAWord;

    fn try_from(word: String) -> Result<Self, NotAWord> {
        Progress::from_wire(&word).map(Self).ok_or(NotAWord(
            "connected, replied, bounced, completed, timed_out, cancelled",
        ))
    }
}

impl TryFrom<String> for OutcomeWord {
    type Error = NotAWord;

    fn try_from(word: String) -> Result<Self, NotAWord> {
        match word.as_str() {
            "sent" => Ok(Self::Sent),
            "failed" => Ok(Self::Failed),
            _ => Err(NotAWord("sent, failed")),
        }
    }
}

impl TryFrom<String> for FailureWord {
    type Error = NotAWord;

    fn try_from(word: String) -> Result<Self, NotAWord> {
        SendFailure::from_wire(&word).map(Self).ok_or(NotAWord(
            "provider_rejected, provider_unavailable, sender_unavailable, content_invalid, other",
        ))
    }
}
