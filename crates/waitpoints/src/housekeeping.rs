//! Removing what is over for long: tokens that were settled or woken, the keys that lead to them,
//! and wakes that no token needs. A key that never expires leads to a new token from then on.

use crate::asking::{Question, Way, ask_one};
use crate::{Failure, Tokens};
use chrono::{DateTime, TimeDelta, Utc};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How long a token is kept after it was settled or woken.
pub const TOKENS_KEPT_DAYS: i64 = 30;
/// Tokens of either sort, and wakes, that one step removes at most.
pub const REMOVED_AT_ONCE_MAX: u16 = 5_000;
/// How long it rests when there was nothing to remove.
const REST_SECONDS: u64 = 60;

/// What a step removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Removed {
    /// Tokens.
    pub tokens: i64,
    /// Wakes.
    pub wakes: usize,
}

/// The housekeeping of a process.
#[derive(Clone)]
pub struct Housekeeping {
    tokens: Tokens,
}

impl Housekeeping {
    /// The housekeeping of these tokens.
    #[must_use]
    pub fn new(tokens: Tokens) -> Self {
        Self { tokens }
    }

    /// Removes what is over for longer than [`TOKENS_KEPT_DAYS`]: one bounded step.
    ///
    /// # Errors
    /// When there is no answer; the next step goes on.
    pub async fn run_once(&self) -> Result<Removed, Failure> {
        let before = (self.tokens.sources.now)() - TimeDelta::days(TOKENS_KEPT_DAYS);
        let settled = include_str!("../sql/find_settled.sql");
        let woken = include_str!("../sql/find_woken.sql");
        let tokens = self.remove(settled, before).await? + self.remove(woken, before).await?;
        let wakes = self.remove_wakes(before).await?;
        Ok(Removed { tokens, wakes })
    }

    /// Takes steps until told to stop.
    pub async fn run(&self, shutdown: CancellationToken) {
        let mut rest = Duration::from_secs(REST_SECONDS);
        while shutdown
            .run_until_cancelled(tokio::time::sleep(rest))
            .await
            .is_some()
        {
            rest = Duration::from_secs(REST_SECONDS);
            match self.run_once().await {
                Ok(removed) if removed == Removed::default() => {}
                Ok(removed) => {
                    tracing::info!(
                        removed.tokens,
                        removed.wakes,
                        "removed old tokens and wakes"
                    );
                    rest = Duration::from_secs(1);
                }
                Err(error) => tracing::warn!(%error, "old tokens were not removed"),
            }
        }
    }

    /// Removes the tokens that a statement finds. What is over stays over, so finding and removing
    /// need no common transaction.
    async fn remove(&self, find: &'static str, before: DateTime<Utc>) -> Result<i64, Failure> {
        let found = Question {
            statement: find,
            binds: &[&before, &i64::from(REMOVED_AT_ONCE_MAX)],
        };
        let rows = ask_one(&self.tokens.pool, Way::Search, found).await?;
        if rows.is_empty() {
            return Ok(0);
        }
        let (mut journals, mut ids) = (Vec::<i16>::new(), Vec::<&str>::new());
        for row in &rows {
            journals.push(row.try_get("journal")?);
            ids.push(row.try_get("id")?);
        }
        let removed = Question {
            statement: include_str!("../sql/remove_tokens.sql"),
            binds: &[&journals, &ids],
        };
        let counted = ask_one(&self.tokens.pool, Way::Search, removed).await?;
        Ok(counted
            .first()
            .map(|row| row.try_get(0))
            .transpose()?
            .unwrap_or(0))
    }

    async fn remove_wakes(&self, before: DateTime<Utc>) -> Result<usize, Failure> {
        let question = Question {
            statement: include_str!("../sql/remove_wakes.sql"),
            binds: &[&before, &i64::from(REMOVED_AT_ONCE_MAX)],
        };
        Ok(ask_one(&self.tokens.pool, Way::Search, question)
            .await?
            .len())
    }
}
