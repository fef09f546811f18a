//! Asking the database within a limit of time.
//!
//! A backend that is stuck must answer as a failure, not as a hang: whoever asks waits for
//! [`ANSWER_SECONDS_MAX`] at most. After that the connection is thrown away with what it was about,
//! and the database is asked to stop working on it. Transactions are pipelined whole, `COMMIT`
//! included, so an asker that goes away in between leaves no open one behind.

use crate::waking::LOCK_SHARED;
use deadpool_postgres::{Client, Object, Pool, PoolError};
use event_store::{JournalId, is_determinate};
use futures_util::future::join4;
use std::time::Duration;
use tokio::time::Instant;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Error, NoTls, Row};

/// How long one question may take.
pub const ANSWER_SECONDS_MAX: u64 = 5;
/// How long it may take to tell the database that nobody waits any more.
const CANCEL_SECONDS_MAX: u64 = 1;

/// Every statement sees what was committed before it: what stands behind the waking lock relies on that,
/// whatever the database's default is.
///
/// Rows are looked up one by one, and a table is never read whole. PostgreSQL keeps a plan that it made
/// when the table was small, and a million tokens can be there before it has noticed.
const LOOK_UP: &str = "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL enable_seqscan = off; \
     SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off";
/// Besides, plans are made anew each time, for what has several indexes to choose from; and it ends.
const SEARCH: &str = "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL enable_seqscan = off; \
     SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; \
     SET LOCAL plan_cache_mode = force_custom_plan; SET LOCAL jit = off; \
     SET LOCAL statement_timeout = '3s'";
/// Besides, in the order of an index: what is not looked at is not sorted.
const WALK: &str = "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL enable_seqscan = off; \
     SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; \
     SET LOCAL plan_cache_mode = force_custom_plan; SET LOCAL jit = off; \
     SET LOCAL statement_timeout = '3s'; SET LOCAL enable_bitmapscan = off; \
     SET LOCAL enable_sort = off";

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// No connection could be had. Nothing happened.
    #[error("no connection to the database")]
    Unreachable(#[source] PoolError),
    /// The database refused, or the connection broke; only then is it unknown whether it happened.
    #[error("the database did not do it")]
    Database(#[from] Error),
    /// The database took too long. Whether it happened is unknown.
    #[error("the database did not answer within {ANSWER_SECONDS_MAX} seconds")]
    TooSlow,
}

impl Failure {
    /// Whether it is known that nothing happened.
    #[must_use]
    pub fn is_determinate(&self) -> bool {
        match self {
            Self::Unreachable(_) => true,
            Self::Database(error) => is_determinate(error),
            Self::TooSlow => false,
        }
    }
}

/// A statement and what it is asked with.
pub(crate) struct Question<'a> {
    pub statement: &'static str,
    pub binds: &'a [&'a (dyn ToSql + Sync)],
}

/// Asks on a connection of the pool.
pub(crate) async fn ask<T>(
    pool: &Pool,
    question: impl AsyncFnOnce(&Client) -> Result<T, Error>,
) -> Result<T, Failure> {
    let deadline = Instant::now() + Duration::from_secs(ANSWER_SECONDS_MAX);
    let client = tokio::time::timeout_at(deadline, pool.get())
        .await
        .map_err(|_| Failure::TooSlow)?
        .map_err(Failure::Unreachable)?;
    let answer = tokio::time::timeout_at(deadline, question(&client)).await;
    match answer {
        Ok(answer) => Ok(answer?),
        Err(_) => {
            give_up(client).await;
            Err(Failure::TooSlow)
        }
    }
}

/// How rows are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// By their keys, with a plan that is kept.
    Keys,
    /// With a plan for these very binds.
    Search,
    /// In the order of an index, with a plan for these very binds.
    Walk,
}

impl Way {
    fn begin(self) -> &'static str {
        match self {
            Self::Keys => LOOK_UP,
            Self::Search => SEARCH,
            Self::Walk => WALK,
        }
    }
}

/// Asks one thing in a transaction of its own.
pub(crate) async fn ask_one(
    pool: &Pool,
    way: Way,
    question: Question<'_>,
) -> Result<Vec<Row>, Failure> {
    ask(pool, async |client| {
        let statement = client.prepare_cached(question.statement).await?;
        let nothing = async { Ok(vec![]) };
        let asked = client.query(&statement, question.binds);
        transaction(client, way, nothing, asked).await
    })
    .await
}

/// Asks behind the waking lock, shared.
pub(crate) async fn ask_settling(
    pool: &Pool,
    journal: JournalId,
    way: Way,
    question: Question<'_>,
) -> Result<Vec<Row>, Failure> {
    let number = i32::from(journal.0);
    let locking: [&(dyn ToSql + Sync); 1] = [&number];
    ask(pool, async |client| {
        let lock = client.prepare_cached(LOCK_SHARED).await?;
        let statement = client.prepare_cached(question.statement).await?;
        let locked = client.query(&lock, &locking);
        let asked = client.query(&statement, question.binds);
        transaction(client, way, locked, asked).await
    })
    .await
}

/// Sends everything at once. A statement that fails takes the `COMMIT` back, silently, so each
/// answer is looked at.
async fn transaction(
    client: &Client,
    way: Way,
    first: impl Future<Output = Result<Vec<Row>, Error>>,
    second: impl Future<Output = Result<Vec<Row>, Error>>,
) -> Result<Vec<Row>, Error> {
    let (begun, first, second, committed) = join4(
        client.batch_execute(way.begin()),
        first,
        second,
        client.batch_execute("COMMIT"),
    )
    .await;
    begun?;
    first?;
    let rows = second?;
    committed?;
    Ok(rows)
}

/// Throws a connection away that still works on what nobody waits for.
async fn give_up(client: Client) {
    let cancel = client.cancel_token();
    drop(Object::take(client));
    let longest = Duration::from_secs(CANCEL_SECONDS_MAX);
    if tokio::time::timeout(longest, cancel.cancel_query(NoTls))
        .await
        .is_err()
    {
        tracing::debug!("the database was not told that nobody waits any more");
    }
}
