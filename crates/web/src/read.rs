//! Questions to the database outside of the lanes, each within a time limit.
//!
//! A server that hangs must not hang our callers: after [`READ_TIME_MAX`] they are told to come
//! again, and the connection, whose state nobody knows, leaves the pool. Events that somebody detached
//! are no failure of the machine: callers are told which are not there.

use crate::app::App;
use crate::problem::{Detached, Problem};
use deadpool_postgres::{Client, Object};
use domain::Version;
use event_store::ReadError;
use projector::PastError;
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
        Ok(answer) => answer.map_err(|error| told(&error)),
        Err(elapsed) => {
            drop(Object::take(client));
            Err(Problem::unreadable(&elapsed))
        }
    }
}

fn told(error: &(dyn Error + 'static)) -> Problem {
    detached(error).map_or_else(|| Problem::unreadable(error), Problem::EventsDetached)
}

/// The event that is not attached, if that is what is wrong.
fn detached(error: &(dyn Error + 'static)) -> Option<Detached> {
    let of_past = error.downcast_ref().and_then(|error| match error {
        PastError::Read(error) => Some(error),
        PastError::Broken { .. } => None,
    });
    match of_past.or_else(|| error.downcast_ref())? {
        ReadError::NotAttached { position, .. } => Some(Detached::Position(*position)),
        ReadError::StreamBroken { version, .. } => Some(Detached::Version(Version(*version))),
        _ => None,
    }
}
