//! Moving old events of a journal into partitions of the archive, while everything goes on.
//!
//! A partition is made first, and nobody reads by a plan without it when that is done; then events
//! move in steps of [`MOVED_AT_ONCE`], each one transaction: copied, compared byte for byte, removed.
//! So every snapshot has an event in exactly one of the two places. What broke off goes on at the
//! oldest event that was not moved.
//!
//! Always true: the newest event of a journal stays; nothing is removed of which the archive has no
//! identical copy (the schema refuses it as well); nobody waits longer than [`LOCK_WAIT`] for us.

use crate::JournalId;
use chrono::{DateTime, Utc};
use std::time::Duration;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Error};

/// Events that move in one transaction.
pub const MOVED_AT_ONCE: i64 = 10_000;
/// Events of a partition, unless said otherwise.
pub const PARTITION_EVENTS_DEFAULT: i64 = 1_000_000;
/// How long readers of the archive may have to wait behind us while a partition is made.
const LOCK_WAIT: &str = "50ms";
/// How often it is tried before we give up: a minute in all.
const LOCK_ATTEMPTS_MAX: u32 = 240;
const LOCK_PAUSE: Duration = Duration::from_millis(200);

/// Why events are not moved. What was moved so far is.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The database did not answer or refused.
    #[error("move events into the archive")]
    Database(#[from] Error),
    /// No such journal.
    #[error("there is no journal {0}")]
    NoSuchJournal(i16),
    /// Somebody else moves events of this journal.
    #[error("another process moves events of journal {0}")]
    UnderWay(i16),
    /// The newest event stays.
    #[error("journal {journal} has come to {head}; its newest event stays")]
    BeyondHead {
        /// Which.
        journal: i16,
        /// How far it has come.
        head: i64,
    },
    /// A copy is not identical. Nothing of this step was moved.
    #[error("the copy of position {position} of journal {journal} differs; nothing was removed")]
    CopyDiffers {
        /// Which.
        journal: i16,
        /// The first that differs, or the first of the step if one is not there.
        position: i64,
    },
    /// Somebody reads the archive in a transaction that does not end.
    #[error(
        "a transaction has been reading the archive for a minute; end it, or archive when it is over"
    )]
    InUse,
}

/// A partition of the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Archived {
    /// The position of its first event.
    pub first: i64,
    /// The position of its last event, once it is full.
    pub last: i64,
    /// The table's name.
    pub name: String,
    /// When it was full. Nothing while events move.
    pub filled_at: Option<DateTime<Utc>>,
    /// Whether readers find what is in it.
    pub is_attached: bool,
}

/// Moving a journal's events.
pub struct Archiving<'a> {
    client: &'a mut Client,
    journal: JournalId,
    before: i64,
    partition_events: i64,
    /// The oldest event that was not moved.
    oldest: i64,
    /// The partition that is filled: its first and its last position.
    filling: Option<(i64, i64)>,
}

impl<'a> Archiving<'a> {
    /// Begins to move all events of `journal` before a position, on a connection of our own: it keeps a
    /// lock until it is closed.
    ///
    /// # Errors
    /// When the position is beyond the newest event, somebody else moves events of this journal, or
    /// the database does not answer.
    pub async fn begin(
        client: &'a mut Client,
        journal: JournalId,
        before: i64,
        partition_events: i64,
    ) -> Result<Self, ArchiveError> {
        let lock = include_str!("../sql/lock_archive.sql");
        let number = i64::from(journal.0);
        if !client.query_one(lock, &[&number]).await?.get::<_, bool>(0) {
            return Err(ArchiveError::UnderWay(journal.0));
        }
        let statement = include_str!("../sql/find_oldest.sql");
        let found = client.query_opt(statement, &[&journal.0]).await?;
        let row = found.ok_or(ArchiveError::NoSuchJournal(journal.0))?;
        let head: i64 = row.get("head");
        if head < before {
            let journal = journal.0;
            return Err(ArchiveError::BeyondHead { journal, head });
        }
        let statement = include_str!("../sql/find_unfilled_archive.sql");
        let unfilled = client.query_opt(statement, &[&journal.0]).await?;
        Ok(Self {
            client,
            journal,
            before,
            partition_events: partition_events.max(1),
            oldest: row.get::<_, Option<i64>>("oldest").unwrap_or(1),
            filling: unfilled.map(|row| (row.get("first_position"), row.get("last_position"))),
        })
    }

    /// How many events are still to be moved.
    #[must_use]
    pub fn left(&self) -> i64 {
        (self.before - self.oldest).max(0)
    }

    /// Moves up to [`MOVED_AT_ONCE`] events. How many; 0 when all are.
    ///
    /// # Errors
    /// When a copy differs or the database refuses: then nothing of this step was moved.
    pub async fn step(&mut self) -> Result<i64, ArchiveError> {
        if self.left() == 0 {
            return Ok(0);
        }
        let (first, last) = match self.filling {
            Some(filling) => filling,
            None => self.make().await?,
        };
        let end = last
            .min(self.before - 1)
            .min(self.oldest + MOVED_AT_ONCE - 1);
        let is_full = end == last;
        self.carry(end, is_full.then_some(first)).await?;
        let moved = end - self.oldest + 1;
        self.oldest = end + 1;
        self.filling = Some((first, last)).filter(|_| !is_full);
        Ok(moved)
    }

    /// Copies, compares, removes, and closes a partition that is full: all of it or nothing.
    async fn carry(&mut self, end: i64, full: Option<i64>) -> Result<(), ArchiveError> {
        let (journal, first) = (self.journal.0, self.oldest);
        let step = self.client.transaction().await?;
        // Nobody has counted a new partition yet, and who takes it for empty compares all with all.
        step.batch_execute("SET LOCAL enable_nestloop = off")
            .await?;
        let copy = include_str!("../sql/copy_to_archive.sql");
        let copied = step.execute(copy, &[&journal, &first, &end]).await?;
        let compare = include_str!("../sql/compare_archived.sql");
        let compared = step.query_one(compare, &[&journal, &first, &end]).await?;
        let differs: Option<i64> = compared.get("differs");
        let identical: i64 = compared.get("identical");
        let expected = end - first + 1;
        let is_whole = identical == expected && i64::try_from(copied) == Ok(expected);
        if differs.is_some() || !is_whole {
            let position = differs.unwrap_or(first);
            return Err(ArchiveError::CopyDiffers { journal, position });
        }
        let remove = include_str!("../sql/remove_archived.sql");
        step.execute(remove, &[&journal, &first, &end]).await?;
        if let Some(partition) = full {
            let close = include_str!("../sql/close_archive.sql");
            step.execute(close, &[&journal, &partition]).await?;
        }
        Ok(step.commit().await?)
    }

    /// Makes the next partition. Who reads the archive is not made to wait for long.
    async fn make(&mut self) -> Result<(i64, i64), ArchiveError> {
        let first = self.oldest;
        let last = (first + self.partition_events - 1).min(self.before - 1);
        for _ in 0..LOCK_ATTEMPTS_MAX {
            match self.try_make(first, last).await {
                Ok(()) => return Ok((first, last)),
                Err(error) if error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE) => {
                    tokio::time::sleep(LOCK_PAUSE).await;
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(ArchiveError::InUse)
    }

    async fn try_make(&mut self, first: i64, last: i64) -> Result<(), Error> {
        let making = self.client.transaction().await?;
        let patience = format!("SET LOCAL lock_timeout = '{LOCK_WAIT}'");
        making.batch_execute(&patience).await?;
        let make = include_str!("../sql/make_archive.sql");
        making
            .query_one(make, &[&self.journal.0, &first, &last])
            .await?;
        making.commit().await
    }
}

/// The partitions of a journal's archive, by position.
///
/// # Errors
/// When the database does not answer.
pub async fn list_archives(client: &Client, journal: JournalId) -> Result<Vec<Archived>, Error> {
    let rows = client
        .query(include_str!("../sql/list_archives.sql"), &[&journal.0])
        .await?;
    let archived = |row: &tokio_postgres::Row| Archived {
        first: row.get("first_position"),
        last: row.get("last_position"),
        name: row.get("name"),
        filled_at: row.get("filled_at"),
        is_attached: row.get("is_attached"),
    };
    Ok(rows.iter().map(archived).collect())
}
