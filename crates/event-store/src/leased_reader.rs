//! Reading a journal for a consumer, under its lease.

use crate::{
    Claim, ConsumerError, ConsumerName, Follower, JournalId, ReadError, Recorded, Wakes,
    claim_consumer, commit_cursor, release_lease, renew_lease,
};
use std::time::Duration;
use tokio_postgres::Client;
use uuid::Uuid;

/// The one reader of a consumer, as long as its lease lasts.
///
/// ```no_run
/// # async fn read(client: &tokio_postgres::Client, wakes: &event_store::Wakes,
/// #     claim: event_store::Claim<'_>) -> Result<(), Box<dyn std::error::Error>> {
/// # use event_store::{JournalId, LeasedReader};
/// # use std::time::Duration;
/// let name = "search-index".parse()?;
/// let mut reader = LeasedReader::claim(client, wakes, (JournalId(0), name), claim).await?;
/// loop {
///     let events = reader.next(client, 500, Duration::from_secs(10)).await?;
///     // ... do something with them, as a whole or not at all; then:
///     reader.commit(client).await?;
/// }
/// # }
/// ```
pub struct LeasedReader {
    journal: JournalId,
    name: ConsumerName,
    lease: Uuid,
    follower: Follower,
}

/// Why there are no events.
#[derive(Debug, thiserror::Error)]
pub enum LeasedReadError {
    /// The lease is over or cannot be renewed.
    #[error(transparent)]
    Consumer(#[from] ConsumerError),
    /// The journal cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
}

impl LeasedReader {
    /// Claims a consumer and begins behind its cursor.
    ///
    /// # Errors
    /// When somebody else reads for it, it is not there, or the database does not answer.
    pub async fn claim(
        client: &Client,
        wakes: &Wakes,
        (journal, name): (JournalId, ConsumerName),
        claim: Claim<'_>,
    ) -> Result<Self, ConsumerError> {
        let leased = claim_consumer(client, journal, &name, claim).await?;
        Ok(Self {
            journal,
            name,
            lease: leased.lease,
            follower: Follower::new(wakes, journal, leased.cursor),
        })
    }

    /// The next events, as soon as there are some; none after `longest`, which may be nothing. A sign of
    /// life.
    ///
    /// # Errors
    /// When the lease is over or the journal cannot be read.
    pub async fn next(
        &mut self,
        client: &Client,
        limit: i64,
        longest: Duration,
    ) -> Result<Vec<Recorded>, LeasedReadError> {
        let seconds = i32::try_from(longest.as_secs()).unwrap_or(i32::MAX);
        renew_lease(client, self.journal, &self.name, self.lease, seconds).await?;
        let events = self.follower.poll(client, limit).await?;
        if !events.is_empty() || longest.is_zero() {
            return Ok(events);
        }
        let next = self.follower.next(client, limit);
        match tokio::time::timeout(longest, next).await {
            Ok(events) => Ok(events?),
            Err(_) => Ok(Vec::new()),
        }
    }

    /// Everything that was handed out is finished. A sign of life.
    ///
    /// # Errors
    /// When the lease is over: then somebody else is handed the events again.
    pub async fn commit(&self, client: &Client) -> Result<(), ConsumerError> {
        let cursor = self.follower.position();
        commit_cursor(client, self.journal, &self.name, self.lease, cursor).await?;
        Ok(())
    }

    /// Gives the lease back. What was handed out and not committed is handed out again.
    ///
    /// # Errors
    /// When the database does not answer; the lease ends by itself then.
    pub async fn release(self, client: &Client) -> Result<(), tokio_postgres::Error> {
        release_lease(client, self.journal, &self.name, self.lease).await
    }
}
