//! Writing a batch in one round trip: everything is pipelined, the `COMMIT` too.
//!
//! The commit of an aborted transaction answers `ROLLBACK` without an error, so it is the
//! statements' own answers that say whether it happened. The commit is not sent at all when a
//! statement in front of it could not be sent. A batch that only moves campaigns from stage to
//! stage, decided from memory, is one statement (`transitions.rs`).

use crate::batch::Batch;
use crate::session::{BEGIN, Session};
use chrono::{DateTime, Utc};
use event_store::{Appending, JournalId, is_determinate, lost_the_head};
use futures_util::{future::join, poll, try_join};
use projector::Moves;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;
use tokio_postgres::{Client, Error};

/// A commit that has not answered after this long is looked up in the log instead.
const COMMIT_SECONDS_MAX: u64 = 15;

/// Whether the transaction has begun and holds the head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Head {
    Held,
    Believed,
}

/// What became of a batch.
pub(crate) enum Written {
    /// It is durable since.
    Committed(DateTime<Utc>),
    /// Another writer was first. Nothing happened.
    LostHead,
    /// The database refused. Nothing happened.
    Refused(Error),
    /// The connection broke, or the answer took too long.
    Unknown,
}

pub(crate) async fn write(
    session: &Session,
    journal: JournalId,
    batch: &Batch,
    appending: &Appending,
    head: Head,
) -> Written {
    let sent = send(session, journal, batch, appending, head);
    match tokio::time::timeout(Duration::from_secs(COMMIT_SECONDS_MAX), sent).await {
        Ok(written) => written,
        Err(_) => Written::Unknown,
    }
}

async fn send(
    session: &Session,
    journal: JournalId,
    batch: &Batch,
    appending: &Appending,
    head: Head,
) -> Written {
    let client = session.client();
    let touched = batch.touched();
    if head == Head::Believed
        && batch.answers.is_empty()
        && let Some(moves) = Moves::only(&touched)
    {
        let commit = session
            .transitions
            .commit(client, journal, (batch, &moves), appending);
        return outcome(commit.await, Ok(()));
    }
    let mut statements = pin!(async {
        let begin = async {
            match head {
                Head::Held => Ok(()),
                Head::Believed => client.batch_execute(BEGIN).await,
            }
        };
        let append = async {
            if batch.events.is_empty() {
                return Ok(batch.head.now_at);
            }
            session
                .log
                .append(client, journal, batch.head, appending)
                .await
        };
        try_join!(
            begin,
            append,
            session.rows.write(client, journal, &touched),
            session.enqueuer.enqueue(client, journal, &batch.effects),
            session.people.write(client, journal, &batch.register),
            session.answers.store(client, journal, &batch.answers),
        )
        .map(|((), recorded_at, (), (), (), ())| recorded_at)
    });
    match poll!(&mut statements) {
        Poll::Ready(Ok(recorded_at)) => {
            outcome(Ok(recorded_at), client.batch_execute("COMMIT").await)
        }
        Poll::Ready(Err(error)) => unsent(client, error).await,
        Poll::Pending => {
            let (written, committed) = join(statements, client.batch_execute("COMMIT")).await;
            outcome(written, committed)
        }
    }
}

/// A statement failed before anything was committed; the rest is taken back.
async fn unsent(client: &Client, error: Error) -> Written {
    match client.batch_execute("ROLLBACK").await {
        Ok(()) => Written::Refused(error),
        Err(_) => Written::Unknown,
    }
}

fn outcome(written: Result<DateTime<Utc>, Error>, committed: Result<(), Error>) -> Written {
    match (written, committed) {
        (Ok(recorded_at), Ok(())) => Written::Committed(recorded_at),
        (Err(error), _) if lost_the_head(&error) => Written::LostHead,
        (Err(error), _) if is_determinate(&error) => Written::Refused(error),
        (Ok(_), Err(error)) if is_determinate(&error) => Written::Refused(error),
        _ => Written::Unknown,
    }
}
