//! After a connection broke while committing: did it happen?
//!
//! First the journal's fence is raised. That waits for whoever holds the head, and from then on
//! nothing that was sent under the old fence can commit, even if the server reads it only later.
//! Then the log says whether the batch is in it.

use crate::session::Session;
use chrono::{DateTime, Utc};
use event_store::{Head, JournalId};
use std::time::Duration;
use tokio::time::Instant;
use tokio_postgres::{Config, Error};
use uuid::Uuid;

/// How long the log is asked before the outcome is called unknown.
const OUTCOME_SECONDS_MAX: u64 = 15;
/// How long a new connection is tried before callers are told that the database is away.
const CONNECT_SECONDS_MAX: u64 = 5;
const RETRY_MILLISECONDS_MIN: u64 = 20;
const RETRY_MILLISECONDS_MAX: u64 = 500;

/// What the log says of a batch.
pub(crate) enum Fate {
    /// It is durable since.
    Happened(DateTime<Utc>),
    /// It is not there and never will be.
    DidNot,
}

/// A connection, within [`CONNECT_SECONDS_MAX`].
pub(crate) async fn reconnect(config: &Config) -> Option<Session> {
    let deadline = Instant::now() + Duration::from_secs(CONNECT_SECONDS_MAX);
    retry(deadline, || Session::open(config)).await
}

/// The fate of a batch whose first event is `event_id`, sent when the journal's head was `head`.
/// `None` when the log could not be asked within [`OUTCOME_SECONDS_MAX`].
pub(crate) async fn ask(
    config: &Config,
    journal: JournalId,
    head: Head,
    event_id: Option<Uuid>,
) -> Option<(Session, Fate)> {
    let deadline = Instant::now() + Duration::from_secs(OUTCOME_SECONDS_MAX);
    retry(deadline, || async move {
        let session = Session::open(config).await?;
        session.log.raise_fence(session.client(), journal).await?;
        let Some(event_id) = event_id else {
            return Ok((session, Fate::DidNot));
        };
        let found = session
            .log
            .find_event(session.client(), journal, head.position, event_id)
            .await?;
        Ok((session, found.map_or(Fate::DidNot, Fate::Happened)))
    })
    .await
}

async fn retry<T, F>(deadline: Instant, mut attempt: impl FnMut() -> F) -> Option<T>
where
    F: Future<Output = Result<T, Error>>,
{
    let mut rest = RETRY_MILLISECONDS_MIN;
    loop {
        match tokio::time::timeout_at(deadline, attempt()).await {
            Ok(Ok(value)) => return Some(value),
            Ok(Err(error)) => tracing::debug!(%error, "the database is away; trying again"),
            Err(_) => return None,
        }
        tokio::time::sleep(Duration::from_millis(rest)).await;
        rest = (rest * 2).min(RETRY_MILLISECONDS_MAX);
        if deadline <= Instant::now() {
            return None;
        }
    }
}
