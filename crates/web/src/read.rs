//! Questions to the database outside of the lanes, each within a time limit.
//!
//! A server that hangs must not hang our callers: after [`READ_TIME_MAX`] they are told to come
//! again, and the connection, whose state nobody knows, leaves the pool.

use crate::app::App;
use crate::problem::Problem;
use deadpool_postgres::{Client, Object};
use std::error::Error;
use std::time::Duration;

/// How long the database may take for one question.
pub(crate) const READ_TIME_MAX: Duration = Duration::from_secs(5);

/// Asks the database something on a connection of the pool.
pub(crate) async fn read<T, E>(
    app: &App,
    question: impl AsyncFnOnce(&Client) -> Result<T, E>,
) -> Result<T, Problem>
where
    E: Error + 'static,
{
    let client = app
        .pool
        .get()
        .await
        .map_err(|error| Problem::unreadable(&error))?;
    match tokio::time::timeout(READ_TIME_MAX, question(&client)).await {
        Ok(answer) => answer.map_err(|error| Problem::unreadable(&error)),
        Err(elapsed) => {
            drop(Object::take(client));
            Err(Problem::unreadable(&elapsed))
        }
    }
}
