//! The switch: what is left is caught up, and the shadow tables take the place of the live ones, while
//! nobody reads or writes rows.
//!
//! Whoever holds a table or a journal is waited for only shortly, because everybody else waits behind
//! us meanwhile; then everything is let go and tried again later.

use super::RebuildError;
use super::catching_up::{PAGE_EVENTS, catch_up};
use crate::Rows;
use event_store::{JournalId, Journals};
use std::time::Duration;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Error};

/// How long others may be held up by waiting for a table: first, and at most, when it fails again and
/// again. Longer than PostgreSQL takes to send its own cleaning away (deadlock_timeout).
const WAITS: [Duration; 5] = [
    Duration::from_millis(50),
    Duration::from_millis(100),
    Duration::from_millis(250),
    Duration::from_millis(500),
    Duration::from_millis(1_500),
];
/// How long others are left alone between two attempts.
pub(super) const PAUSE: Duration = Duration::from_millis(200);
/// Events that may be left for when everybody waits.
const EVENTS_MAX: usize = 2_000;

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

/// Applies what happened since to the shadows, in pages, until hardly anything is left.
pub(super) async fn approach(
    client: &Client,
    rows: &Rows,
    journal: JournalId,
) -> Result<(), RebuildError> {
    let page = usize::try_from(PAGE_EVENTS).unwrap_or(usize::MAX);
    loop {
        client.batch_execute("BEGIN").await?;
        let applied = catch_up(client, rows, journal).await?;
        client.batch_execute("COMMIT").await?;
        if applied < page {
            return Ok(());
        }
    }
}

/// Tries to switch; the `attempt`-th time.
pub(super) async fn try_to_switch(
    client: &Client,
    rows: &Rows,
    (rebuild, journals): (i64, Journals),
    attempt: usize,
) -> Result<Attempt, RebuildError> {
    let wait = WAITS.get(attempt).or(WAITS.last());
    let wait = wait.map_or(0, Duration::as_millis).to_string();
    client.batch_execute("BEGIN").await?;
    let attempted = attempt_within(client, rows, (rebuild, journals), &wait).await;
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
    client: &Client,
    rows: &Rows,
    (rebuild, journals): (i64, Journals),
    wait: &str,
) -> Result<Attempt, RebuildError> {
    let limit = include_str!("../../sql/limit_waiting.sql");
    client.query_one(limit, &[&wait]).await?;
    client
        .execute(include_str!("../../sql/take_everything.sql"), &[])
        .await?;
    let mut left = EVENTS_MAX;
    for journal in journals.iter() {
        loop {
            let applied = catch_up(client, rows, journal).await?;
            let Some(now_left) = left.checked_sub(applied) else {
                return Ok(Attempt::Later);
            };
            left = now_left;
            if applied == 0 {
                break;
            }
        }
    }
    let switch = include_str!("../../sql/switch_shadows.sql");
    Ok(match client.query_opt(switch, &[&rebuild]).await? {
        Some(_) => Attempt::Switched,
        None => Attempt::Cancelled,
    })
}

/// Whether somebody else would have had to be waited for.
fn is_held_up(error: &Error) -> bool {
    error.code().is_some_and(|code| {
        *code == SqlState::LOCK_NOT_AVAILABLE || *code == SqlState::T_R_DEADLOCK_DETECTED
    })
}
