//! A place where tokens live, that answers as a test says and remembers what it was told.

use async_trait::async_trait;
use outbox::{CompleterState, Completion, CompletionCounts, Fault, Turn, WaitpointCompleter};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use waitpoints::TokenId;

type Judge = Box<dyn Fn(&TokenId, &Value) -> Verdict + Send + Sync>;

/// What becomes of a completion.
pub enum Verdict {
    /// It is answered.
    Answered(Completion),
    /// It arrives, and is never answered.
    Silence,
}

/// Remembers completions, in order.
pub struct Recorder {
    judge: Judge,
    told: Mutex<Vec<(String, Value)>>,
    calls: Mutex<u64>,
}

/// A failure that is perhaps the token's own.
pub fn failed(reason: &str, fault: Fault) -> Verdict {
    Verdict::Answered(Completion::Unknown {
        reason: reason.to_owned(),
        fault,
        retry_after: None,
    })
}

impl Recorder {
    /// Takes every completion.
    pub fn willing() -> Arc<Self> {
        Self::judging(|_, _| Verdict::Answered(Completion::Delivered))
    }

    /// Does with each what `judge` says.
    pub fn judging(
        judge: impl Fn(&TokenId, &Value) -> Verdict + Send + Sync + 'static,
    ) -> Arc<Self> {
        Arc::new(Self {
            judge: Box::new(judge),
            told: Mutex::default(),
            calls: Mutex::default(),
        })
    }

    /// Which tokens were completed with what, in order.
    pub fn told(&self) -> Vec<(String, Value)> {
        self.told.lock().unwrap().clone()
    }

    /// What each token was completed with first, which is what its sleeper reads.
    pub fn first_told(&self) -> BTreeMap<String, Value> {
        let mut first = BTreeMap::new();
        for (id, output) in self.told() {
            first.entry(id).or_insert(output);
        }
        first
    }

    /// How often it was called, whatever came of it.
    pub fn calls(&self) -> u64 {
        *self.calls.lock().unwrap()
    }
}

#[async_trait]
impl WaitpointCompleter for Recorder {
    async fn ready(&self) -> Turn {
        Turn::free()
    }

    async fn complete(&self, _turn: Turn, token: &TokenId, output: &Value) -> Completion {
        *self.calls.lock().unwrap() += 1;
        let verdict = (self.judge)(token, output);
        if !matches!(&verdict, Verdict::Answered(answer) if *answer != Completion::Delivered) {
            let told = (token.to_string(), output.clone());
            self.told.lock().unwrap().push(told);
        }
        match verdict {
            Verdict::Answered(completion) => completion,
            Verdict::Silence => std::future::pending().await,
        }
    }

    fn state(&self) -> CompleterState {
        CompleterState::unlimited(CompletionCounts::default())
    }
}
