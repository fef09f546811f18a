//! The seam through which the relay completes tokens, wherever they live.
//!
//! Two implementations stand behind it: tokens on Trigger.dev and the built-in ones. Both pass one
//! conformance suite (`testkit::completer_suite`), and the relay cannot tell them apart.
//!
//! Always true: completing is at least once and the first write wins, so whoever does not know
//! what became of a completion sends it again, and nothing is harmed.
//!
//! Not here: which token is completed with what, and when it is tried again (the relay).

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use std::any::Any;
use std::fmt;
use std::time::Duration;
use waitpoints::TokenId;

/// Completes tokens.
///
/// The contract, for both sides:
///
/// 1. Take a [`Turn`] with [`ready`](Self::ready), **then** choose the token, then
///    [`complete`](Self::complete) it. A turn may take a minute to come (a rate limit, an outage);
///    a token that was chosen before could have been overtaken by then. Ask when there is something
///    to send, and do not keep the turn: others may be waiting for what its completion finds out.
/// 2. One turn, one completion, of the completer that gave it. As many completions run at once as
///    turns are out; the implementation bounds them, its caller need not. A turn that is dropped
///    unused goes back and costs nothing.
/// 3. `ready` waits without spinning for as long as nothing may be sent, for ever if need be. It is
///    safe to drop, and to call from several tasks.
/// 4. `complete` always comes back, within the implementation's own time limit, and answers what
///    is to be done with the token. It never retries by itself.
/// 5. The first completion wins. Completing a token that is over already is
///    [`Completion::Delivered`], and its output stays what it was.
/// 6. Dropping the future of `complete` is allowed and means [`Completion::Unknown`].
/// 7. No secret appears in a completion's reason, in the state, or in a log line.
#[async_trait]
pub trait WaitpointCompleter: Send + Sync {
    /// Waits until the next completion may be sent.
    async fn ready(&self) -> Turn;

    /// Completes `token` with `output`, once.
    async fn complete(&self, turn: Turn, token: &TokenId, output: &Value) -> Completion;

    /// How it goes, for people who look.
    fn state(&self) -> CompleterState;
}

/// What became of a completion, and so what is to be done with the token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Completion {
    /// The token is over. Whether this call or an earlier one ended it cannot be told.
    Delivered,
    /// There is no such token: record it and let go of it.
    Gone,
    /// This will not succeed however often it is tried: park the token for an operator.
    Rejected {
        /// What was answered, for people.
        reason: String,
    },
    /// It may have happened or not: try again.
    Unknown {
        /// What went wrong, for people.
        reason: String,
        /// Whose fault it seems to be.
        fault: Fault,
        /// Not before this time has passed, if the endpoint said so.
        retry_after: Option<Duration>,
    },
    /// The key is not accepted. It concerns every token alike: keep the token as it is, and send no
    /// more. [`WaitpointCompleter::ready`] holds everyone back and lets one through now and then to
    /// see whether the key is accepted again; [`CompleterState::last_alarm`] tells the operator.
    Refused,
}

/// Whose fault a failure seems to be, which decides how retries are bounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The endpoint's: rate limits, outages, lost connections. It says nothing about the token, so
    /// it does not count towards the attempts after which the token is parked; bound it by age.
    Endpoint,
    /// Perhaps the token's: the endpoint serves others. Count it as an attempt.
    Token,
}

/// The right to send one completion now. Given back when it is dropped.
pub struct Turn {
    /// Gives the turn back when it is dropped. None: it cost nothing.
    held: Option<Box<dyn Any + Send + Sync>>,
}

impl Turn {
    /// A turn of an implementation that needs none.
    #[must_use]
    pub fn free() -> Self {
        Self { held: None }
    }

    /// A turn that is given back when `held` is dropped.
    pub fn holding(held: impl Any + Send + Sync) -> Self {
        Self {
            held: Some(Box::new(held)),
        }
    }

    /// What the turn holds, if it is a `Held`: an implementation's way to know its own turns.
    #[must_use]
    pub fn into_held<Held: Any + Send + Sync>(self) -> Option<Box<Held>> {
        self.held?.downcast().ok()
    }
}

impl fmt::Debug for Turn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.held.is_some() { "held" } else { "free" };
        formatter.debug_tuple("Turn").field(&kind).finish()
    }
}

/// How a completer does, for people who look and for alarms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CompleterState {
    /// Whether it sends.
    pub health: Health,
    /// Turns that are out: completions that are being sent, or about to be.
    pub in_flight: u32,
    /// What is left of the endpoint's budget, as it last said. None: it never said.
    pub remaining: Option<u32>,
    /// When the budget grows, as it last said, by our clock.
    pub resets_at: Option<DateTime<Utc>>,
    /// Nothing is sent before this time.
    pub paused_until: Option<DateTime<Utc>>,
    /// What an operator must look at. Cleared by the next completion that is answered in order.
    pub last_alarm: Option<Alarm>,
    /// What came of all completions since the start.
    pub counts: CompletionCounts,
}

/// Whether completions are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    /// As fast as the budget allows.
    Working,
    /// After an outage: a few, then more.
    Recovering,
    /// The endpoint fails. One completion is sent now and then, to see.
    Down,
    /// The key is not accepted. One completion is sent now and then, to see.
    Refused,
}

/// Something that an operator must look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Alarm {
    /// Since when.
    pub at: DateTime<Utc>,
    /// What is wrong, for people. Holds no secret.
    pub text: String,
}

/// How many completions came to what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct CompletionCounts {
    /// The token is over.
    pub delivered: u64,
    /// There was no such token.
    pub gone: u64,
    /// Not to be tried again.
    pub rejected: u64,
    /// To be tried again, those of [`rate_limited`](Self::rate_limited) among them.
    pub unknown: u64,
    /// The key was not accepted.
    pub refused: u64,
    /// Held up by the endpoint's rate limit.
    pub rate_limited: u64,
}

impl CompleterState {
    /// The state of an implementation without limits, which always works.
    #[must_use]
    pub fn unlimited(counts: CompletionCounts) -> Self {
        Self {
            health: Health::Working,
            in_flight: 0,
            remaining: None,
            resets_at: None,
            paused_until: None,
            last_alarm: None,
            counts,
        }
    }
}

impl CompletionCounts {
    /// Counts what a completion came to.
    pub fn count(&mut self, completion: &Completion) {
        let counter = match completion {
            Completion::Delivered => &mut self.delivered,
            Completion::Gone => &mut self.gone,
            Completion::Rejected { .. } => &mut self.rejected,
            Completion::Unknown { .. } => &mut self.unknown,
            Completion::Refused => &mut self.refused,
        };
        *counter += 1;
    }
}
