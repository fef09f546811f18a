//! Why a step of the relay was not made.

use deadpool_postgres::{Client, Object, Pool};
use std::time::Duration;

/// The longest that one step may take on the database. A step that takes longer lost its connection,
/// or waits for somebody who did.
pub(crate) const STEP_SECONDS_MAX: u64 = 15;

/// Why a step of the relay was not made. Nothing of it happened; making it again is safe.
#[derive(Debug, thiserror::Error)]
pub enum RelayFailure {
    /// There is no connection.
    #[error("take a connection")]
    Pool(#[from] deadpool_postgres::PoolError),
    /// The database refused or did not answer.
    #[error("ask the database")]
    Database(#[from] tokio_postgres::Error),
    /// The database did not answer in time.
    #[error("the database did not answer in {STEP_SECONDS_MAX} seconds")]
    TimedOut,
}

/// Makes a step on a connection of the pool, within its time. A connection that did not answer, and
/// of which nobody knows the state, leaves the pool.
pub(crate) async fn ask<T>(
    pool: &Pool,
    step: impl AsyncFnOnce(&mut Client) -> Result<T, RelayFailure>,
) -> Result<T, RelayFailure> {
    let mut client = pool.get().await?;
    let limit = Duration::from_secs(STEP_SECONDS_MAX);
    match tokio::time::timeout(limit, step(&mut client)).await {
        Ok(made) => made,
        Err(_) => {
            drop(Object::take(client));
            Err(RelayFailure::TimedOut)
        }
    }
}
