//! Time-outs: durable, because they are a column; each fires once, because a token settles once.
//!
//! Any number of processes may run them. A token that a wake covers is not timed out: it is settled
//! as what the wake said, so that it need not be looked at again.

use crate::asking::{Question, Way, ask_one, ask_settling};
use crate::{Failure, TokenId, Tokens};
use chrono::{DateTime, Utc};
use event_store::JournalId;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Tokens of one journal that one step settles at most.
pub const TIMED_OUT_AT_ONCE_MAX: u16 = 1_000;
/// How often the timers look.
const LOOK_MILLISECONDS: u64 = 250;
/// How long they rest after a failure.
const FAILED_SECONDS: u64 = 1;

/// What a step of the timers did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TimersStep {
    /// Tokens whose time ran out.
    pub timed_out: usize,
    /// Tokens whose time would have run out, if a wake had not completed them before.
    pub woken_before: usize,
    /// Whether more may be due already.
    pub is_more_due: bool,
}

/// The timers of a process.
#[derive(Clone)]
pub struct Timers {
    tokens: Tokens,
}

impl Timers {
    /// The timers of these tokens.
    #[must_use]
    pub fn new(tokens: Tokens) -> Self {
        Self { tokens }
    }

    /// Settles tokens that are due: one bounded step in each journal. Rings the hub.
    ///
    /// # Errors
    /// When there is no answer; the next step goes on.
    pub async fn run_once(&self) -> Result<TimersStep, Failure> {
        let now = (self.tokens.sources.now)();
        let question = Question {
            statement: include_str!("../sql/find_due_journals.sql"),
            binds: &[&now],
        };
        let mut step = TimersStep::default();
        for row in ask_one(&self.tokens.pool, Way::Search, question).await? {
            self.settle_due(JournalId(row.try_get("id")?), now, &mut step)
                .await?;
        }
        Ok(step)
    }

    /// Takes steps until told to stop.
    pub async fn run(&self, shutdown: CancellationToken) {
        let mut rest = Duration::ZERO;
        while shutdown
            .run_until_cancelled(tokio::time::sleep(rest))
            .await
            .is_some()
        {
            rest = match self.run_once().await {
                Ok(step) if step.is_more_due => Duration::ZERO,
                Ok(_) => Duration::from_millis(LOOK_MILLISECONDS),
                Err(error) => {
                    tracing::warn!(%error, "tokens whose time ran out were not settled");
                    Duration::from_secs(FAILED_SECONDS)
                }
            };
        }
    }

    async fn settle_due(
        &self,
        journal: JournalId,
        now: DateTime<Utc>,
        step: &mut TimersStep,
    ) -> Result<(), Failure> {
        let question = Question {
            statement: include_str!("../sql/settle_due.sql"),
            binds: &[&journal.0, &now, &i64::from(TIMED_OUT_AT_ONCE_MAX)],
        };
        let rows = ask_settling(&self.tokens.pool, journal, Way::Search, question).await?;
        let mut timed_out = Vec::new();
        for row in &rows {
            if row.try_get("timed_out")? {
                timed_out.push(TokenId::stored(row.try_get("id")?));
            }
        }
        step.timed_out += timed_out.len();
        step.woken_before += rows.len() - timed_out.len();
        step.is_more_due |= rows.len() == usize::from(TIMED_OUT_AT_ONCE_MAX);
        self.tokens.hub.ring_tokens(&timed_out);
        Ok(())
    }
}
