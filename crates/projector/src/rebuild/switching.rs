//! The switch: what is left is caught up, and the shadow tables take the place of the live ones, while
//! nobody reads or writes rows.
//!
//! Whoever holds a table or a journal is waited for only shortly, because everybody else waits behind
//! us meanwhile; then everything is let go, and others are left alone for much longer than they waited.
//! If this process dies in the middle and nobody notices, the database lets go by itself.

use super::RebuildError;
use super::looker::Looker;
use event_store::JournalId;
use std::time::Duration;
use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

/// How long others may be held up by waiting for a table: first, and at most, when it fails again and
/// again. Shorter than PostgreSQL takes to look for deadlocks, whose victim might be somebody else.
const WAITS: [Duration; 4] = [
    Duration::from_millis(50),
    Duration::from_millis(100),
    Duration::from_millis(250),
    Duration::from_millis(500),
];
/// How much longer others are left alone between two attempts than they waited.
const REST: u32 = 20;
/// What is left may take so long when everybody waits.
const TIME_MAX: Duration = Duration::from_millis(500);
/// Events that may be left for then.
const EVENTS_MAX: usize = 500;
/// When a process says nothing for so long, the database takes it for dead.
const SILENCE_MILLISECONDS_MAX: &str = "2000";

/// What became of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Attempt {
    /// The rows are switched.
    Switched,
    /// Not now.
    Later,
    /// The rebuild was cancelled.
    Cancelled,
}

/// How long the `attempt`-th attempt waits.
fn wait(attempt: usize) -> Duration {
    let wait = WAITS.get(attempt).or(WAITS.last());
    wait.copied().unwrap_or_default()
}

/// How long others are left alone after it.
pub(super) fn rest(attempt: usize) -> Duration {
    wait(attempt).saturating_mul(REST)
}

/// Tries to switch; the `attempt`-th time.
pub(super) async fn try_to_switch(
    looker: &Looker,
    rebuild: i64,
    journals: &[JournalId],
    attempt: usize,
) -> Result<Attempt, RebuildError> {
    let client = looker.client();
    let limit = include_str!("../../sql/limit_waiting.sql");
    let wait = wait(attempt).as_millis().to_string();
    client.batch_execute("BEGIN").await?;
    client
        .query_one(limit, &[&wait, &SILENCE_MILLISECONDS_MAX])
        .await?;
    let attempted = attempt_within(looker, rebuild, journals).await;
    match attempted {
        Ok(Attempt::Switched) => client.batch_execute("COMMIT").await?,
        Ok(_) => client.batch_execute("ROLLBACK").await?,
        Err(RebuildError::Database(error)) if is_held_up(&error) => {
            client.batch_execute("ROLLBACK").await?;
            return Ok(Attempt::Later);
        }
        Err(error) => return Err(error),
    }
    attempted
}

async fn attempt_within(
    looker: &Looker,
    rebuild: i64,
    journals: &[JournalId],
) -> Result<Attempt, RebuildError> {
    let client = looker.client();
    let take = include_str!("../../sql/take_everything.sql");
    client.execute(take, &[]).await?;
    let left = tokio::time::timeout(TIME_MAX, catch_up_with(looker, journals));
    match left.await {
        Ok(Ok(true)) => {}
        Ok(Err(error)) => return Err(error),
        Ok(Ok(false)) | Err(_) => return Ok(Attempt::Later),
    }
    let switch = include_str!("../../sql/switch_shadows.sql");
    Ok(match client.query_opt(switch, &[&rebuild]).await? {
        Some(_) => Attempt::Switched,
        None => Attempt::Cancelled,
    })
}

/// Applies all that is left. False when that is too much.
async fn catch_up_with(looker: &Looker, journals: &[JournalId]) -> Result<bool, RebuildError> {
    let mut left = EVENTS_MAX;
    for journal in journals {
        loop {
            let applied = looker.catch_up(*journal).await?;
            let Some(now_left) = left.checked_sub(applied) else {
                return Ok(false);
            };
            left = now_left;
            if applied == 0 {
                break;
            }
        }
    }
    Ok(true)
}

/// Whether somebody else would have had to be waited for.
fn is_held_up(error: &Error) -> bool {
    error.code().is_some_and(|code| {
        *code == SqlState::LOCK_NOT_AVAILABLE || *code == SqlState::T_R_DEADLOCK_DETECTED
    })
}
