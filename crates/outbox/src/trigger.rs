//! Completes tokens and starts runs on Trigger.dev.
//!
//! Its budget is a bucket of requests that every process and every key of an environment shares,
//! so the adapter goes by what the answers say is left, and stops before it is told to
//! ([`pacing`]). When the endpoint fails it steps back and comes back slowly ([`breaker`]). What an
//! answer means for a token stands in one table ([`classify`]). [`gate`] is where turns are given.
//!
//! Always true: no more completions are in flight than the setting says; whatever the endpoint
//! answers, nobody spins and nobody waits for ever; the key is in no log line, error or `Debug`.
//!
//! Time is tokio's for waiting; the wall clock, which only serves to read the times in answers, and
//! chance are handed in.

mod backoff;
mod breaker;
mod classify;
mod client;
mod gate;
#[cfg(test)]
mod gate_tests;
mod pacing;
#[cfg(test)]
mod pacing_tests;
mod server_clock;
mod settings;
mod tls;

use crate::completer::{CompleterState, Completion, Fault, Turn, WaitpointCompleter};
use async_trait::async_trait;
use classify::Meaning;
pub(crate) use client::Wanted;
use client::{Answer, Client};
use gate::{Gate, Ticket};
use serde_json::Value;
use std::sync::Arc;
use waitpoints::TokenId;

pub use settings::{Patience, Surroundings, TriggerError, TriggerSettings};

/// The tokens of one Trigger.dev environment.
#[derive(Debug)]
pub struct TriggerDev {
    client: Client,
    gate: Arc<Gate>,
}

impl TriggerDev {
    /// An adapter for an environment. Sends nothing yet.
    ///
    /// # Errors
    /// When a setting cannot be used; the text says which.
    pub fn new(settings: &TriggerSettings) -> Result<Self, TriggerError> {
        settings.check()?;
        Ok(Self {
            client: Client::new(settings)?,
            gate: Arc::new(Gate::new(settings)),
        })
    }

    /// Starts a run, once: a launch that was started before is found again by its id.
    pub(crate) async fn start(&self, turn: Turn, wanted: &Wanted<'_>) -> Completion {
        let (ticket, sent_at_ms) = self.sending(turn).await;
        match self.client.start(wanted).await {
            Ok(answer) => {
                let meaning = classify::meaning_of(&answer, classify::names_a_run);
                self.judge(ticket, sent_at_ms, (&answer, meaning))
            }
            Err(reason) => unanswered(ticket, reason),
        }
    }

    async fn sending(&self, turn: Turn) -> (Ticket, i64) {
        let mut ticket = match turn.into_held::<Ticket>() {
            Some(ticket) => *ticket,
            None => self.gate.ticket().await,
        };
        let sent_at_ms = ticket.sending();
        (ticket, sent_at_ms)
    }

    fn judge(
        &self,
        ticket: Ticket,
        sent_at_ms: i64,
        (answer, meaning): (&Answer, Meaning),
    ) -> Completion {
        let verdict = ticket.answered(sent_at_ms, meaning, answer);
        let reason = || self.client.reason(answer);
        match meaning {
            Meaning::Delivered => Completion::Delivered,
            Meaning::Gone => Completion::Gone,
            Meaning::Refused => Completion::Refused,
            Meaning::Rejected => Completion::Rejected { reason: reason() },
            Meaning::RateLimited | Meaning::Failed | Meaning::Busy | Meaning::Misrouted => {
                Completion::Unknown {
                    reason: reason(),
                    fault: verdict.fault,
                    retry_after: verdict.retry_after.max(answer.retry_after),
                }
            }
        }
    }
}

#[async_trait]
impl WaitpointCompleter for TriggerDev {
    async fn ready(&self) -> Turn {
        Turn::holding(self.gate.ticket().await)
    }

    async fn complete(&self, turn: Turn, token: &TokenId, output: &Value) -> Completion {
        let (ticket, sent_at_ms) = self.sending(turn).await;
        let completion = match self.client.complete(token, output).await {
            Ok(answer) => {
                let meaning = classify::meaning_of(&answer, classify::says_success);
                self.judge(ticket, sent_at_ms, (&answer, meaning))
            }
            Err(reason) => unanswered(ticket, reason),
        };
        self.gate.count(&completion);
        completion
    }

    fn state(&self) -> CompleterState {
        self.gate.state()
    }
}

fn unanswered(ticket: Ticket, reason: String) -> Completion {
    let retry_after = ticket.unanswered(&reason);
    Completion::Unknown {
        reason,
        fault: Fault::Endpoint,
        retry_after,
    }
}
