//! Completes built-in tokens: the other side of the seam, on the service's own database.

use crate::completer::{
    CompleterState, Completion, CompletionCounts, Fault, Turn, WaitpointCompleter,
};
use async_trait::async_trait;
use serde_json::Value;
use std::error::Error;
use std::sync::{Mutex, MutexGuard, PoisonError};
use waitpoints::{Output, Settled, TokenId, Tokens};

/// The built-in tokens of a database. No limit but its connections.
pub struct BuiltIn {
    tokens: Tokens,
    counts: Mutex<CompletionCounts>,
}

impl BuiltIn {
    /// Completes the tokens that `tokens` reaches.
    #[must_use]
    pub fn new(tokens: Tokens) -> Self {
        Self {
            tokens,
            counts: Mutex::default(),
        }
    }

    fn counts(&self) -> MutexGuard<'_, CompletionCounts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl WaitpointCompleter for BuiltIn {
    async fn ready(&self) -> Turn {
        Turn::free()
    }

    async fn complete(&self, _turn: Turn, token: &TokenId, output: &Value) -> Completion {
        let output = Output::of(output);
        let completion = match self.tokens.complete(token, &output).await {
            Ok(Settled::Now | Settled::Before) => Completion::Delivered,
            Ok(Settled::Unknown) => Completion::Gone,
            Err(failure) => Completion::Unknown {
                reason: chain(&failure),
                fault: Fault::Endpoint,
                retry_after: None,
            },
        };
        self.counts().count(&completion);
        completion
    }

    fn state(&self) -> CompleterState {
        CompleterState::unlimited(*self.counts())
    }
}

/// An error with its causes, each once.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
