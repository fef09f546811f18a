//! Consumers: readers of a journal that are known by name, one process at a time.
//!
//! Whoever reads for a consumer claims it, reads behind its cursor, and commits how far it has come.
//! A lease that is not renewed in time is over: the next reader begins behind the last committed
//! cursor, and whatever the one before still commits is refused. So the order of a journal is kept
//! across any crash of a reader, and an event is handed out again only if it was not committed.
//!
//! Always true: at most one lease is valid, by the database's clock; a cursor moves forward, except
//! where an operator places it anew, which ends the lease.

use crate::{JournalId, read_head};
use chrono::{DateTime, Utc};
use tokio_postgres::{Client, Error, Row};
use uuid::Uuid;

/// The longest that a lease lasts from each sign of life, in seconds.
pub const LEASE_SECONDS_MAX: i32 = 3_600;
const NAME_BYTES_MAX: usize = 63;

/// What a consumer is called: up to 63 small letters, digits, `.`, `_` and `-`, of which the first is
/// a letter or a digit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConsumerName(String);

/// Not a consumer's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a consumer's name is up to 63 small letters, digits, '.', '_' and '-', and begins with a letter \
     or a digit"
)]
pub struct NotAConsumerName;

impl std::str::FromStr for ConsumerName {
    type Err = NotAConsumerName;

    fn from_str(text: &str) -> Result<Self, NotAConsumerName> {
        let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let begins_well = text.bytes().next().is_some_and(is_plain);
        let goes_on_well = text
            .bytes()
            .all(|byte| is_plain(byte) || b"._-".contains(&byte));
        if begins_well && goes_on_well && text.len() <= NAME_BYTES_MAX {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotAConsumerName)
        }
    }
}

impl ConsumerName {
    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A consumer, and how it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consumer {
    /// The journal that it reads.
    pub journal: JournalId,
    /// Its name.
    pub name: String,
    /// The position of the last event that is finished; 0 before the first.
    pub cursor: i64,
    /// When the cursor was moved last.
    pub cursor_at: DateTime<Utc>,
    /// How far the journal has come.
    pub head: i64,
    /// Who reads for it now.
    pub reading: Option<Reading>,
}

/// Who reads for a consumer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// What the reader calls itself.
    pub holder: String,
    /// When its lease is over, if it gives no sign of life.
    pub leased_until: DateTime<Utc>,
}

/// A lease, as its holder knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leased {
    /// What proves it.
    pub lease: Uuid,
    /// Where the consumer's cursor is.
    pub cursor: i64,
    /// When the lease is over, if its holder gives no sign of life.
    pub leased_until: DateTime<Utc>,
}

/// A reader that wants to read for a consumer.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'a> {
    /// The lease's token; never used before.
    pub lease: Uuid,
    /// How long it lasts from each sign of life, in seconds, up to [`LEASE_SECONDS_MAX`].
    pub seconds: i32,
    /// What the reader calls itself.
    pub holder: &'a str,
}

/// Why a consumer is not read. Nothing happened.
#[derive(Debug, thiserror::Error)]
pub enum ConsumerError {
    /// The database did not answer; whether it happened is not known.
    #[error("ask for the consumer")]
    Database(#[from] Error),
    /// There is no such consumer.
    #[error("there is no such consumer")]
    NoSuchConsumer,
    /// Somebody else reads for it.
    #[error("{} reads for it until {}", .0.holder, .0.leased_until)]
    Leased(Reading),
    /// The lease is over, or another one has begun.
    #[error("the lease is over")]
    LeaseOver,
    /// The cursor may not be moved there: backwards, or beyond the head.
    #[error("the cursor is at {cursor} and the journal has come to {head}")]
    CursorOutOfRange {
        /// Where it is.
        cursor: i64,
        /// How far the journal has come.
        head: i64,
    },
}

/// Makes a consumer, or, with a `cursor`, places one that is there anew and ends its lease. Without,
/// a new one begins before the first event, and one that is there stays as it is. Whether it is new.
///
/// # Errors
/// When the database does not answer or the cursor is beyond the head.
pub async fn place_consumer(
    client: &Client,
    journal: JournalId,
    name: &ConsumerName,
    cursor: Option<i64>,
) -> Result<bool, ConsumerError> {
    let statement = include_str!("../sql/place_consumer.sql");
    let placed = client
        .query_opt(statement, &[&journal.0, &name.0, &cursor])
        .await?;
    match placed {
        Some(row) => Ok(row.get("is_new")),
        None => Err(ConsumerError::CursorOutOfRange {
            cursor: 0,
            head: read_head(client, journal).await?,
        }),
    }
}

/// A consumer, if there is one of that name.
///
/// # Errors
/// When the database does not answer.
pub async fn find_consumer(
    client: &Client,
    journal: JournalId,
    name: &ConsumerName,
) -> Result<Option<Consumer>, Error> {
    let statement = include_str!("../sql/list_consumers.sql");
    let found = client.query(statement, &[&journal.0, &name.0]).await?;
    Ok(found.first().map(consumer))
}

/// All consumers of a journal, by their names.
///
/// # Errors
/// When the database does not answer.
pub async fn list_consumers(client: &Client, journal: JournalId) -> Result<Vec<Consumer>, Error> {
    let statement = include_str!("../sql/list_consumers.sql");
    let any: Option<&str> = None;
    let found = client.query(statement, &[&journal.0, &any]).await?;
    Ok(found.iter().map(consumer).collect())
}

/// Forgets a consumer and ends its lease. Whether there was one.
///
/// # Errors
/// When the database does not answer.
pub async fn remove_consumer(
    client: &Client,
    journal: JournalId,
    name: &ConsumerName,
) -> Result<bool, Error> {
    let statement = include_str!("../sql/remove_consumer.sql");
    Ok(0 < client.execute(statement, &[&journal.0, &name.0]).await?)
}

/// Leases a consumer to a reader.
///
/// # Errors
/// When somebody else reads for it, it is not there, or the database does not answer.
pub async fn claim_consumer(
    client: &Client,
    journal: JournalId,
    name: &ConsumerName,
    claim: Claim<'_>,
) -> Result<Leased, ConsumerError> {
    let statement = include_str!("../sql/claim_consumer.sql");
    let seconds = claim.seconds.clamp(1, LEASE_SECONDS_MAX);
    let binds: [&(dyn tokio_postgres::types::ToSql + Sync); 5] =
        [&journal.0, &name.0, &claim.lease, &seconds, &claim.holder];
    // Between a claim that found it leased and the look at who has it, the lease may end.
    loop {
        if let Some(row) = client.query_opt(statement, &binds).await? {
            return Ok(leased(claim.lease, &row));
        }
        let found = find_consumer(client, journal, name).await?;
        let found = found.ok_or(ConsumerError::NoSuchConsumer)?;
        if let Some(reading) = found.reading {
            return Err(ConsumerError::Leased(reading));
        }
    }
}

/// A sign of life: the lease lasts on, and `seconds` longer than it usually does.
///
/// # Errors
/// When the lease is over, or the database does not answer.
pub async fn renew_lease(
    client: &Client,
    journal: JournalId,
    name: &ConsumerName,
    lease: Uuid,
    seconds: i32,
) -> Result<Leased, ConsumerError> {
    let statement = include_str!("../sql/renew_lease.sql");
    let seconds = seconds.clamp(0, LEASE_SECONDS_MAX);
    let renewed = client
        .query_opt(statement, &[&journal.0, &name.0, &lease, &seconds])
        .await?;
    match renewed {
        Some(row) => Ok(leased(lease, &row)),
        None => Err(ended(client, journal, name).await?),
    }
}

/// Everything up to `cursor` is finished. The lease lasts on.
///
/// # Errors
/// When the lease is over, the cursor would go backwards or beyond the head, or the database does not
/// answer: then it may have happened, and committing the same again tells.
pub async fn commit_cursor(
    client: &Client,
    journal: JournalId,
    name: &ConsumerName,
    lease: Uuid,
    cursor: i64,
) -> Result<Leased, ConsumerError> {
    let statement = include_str!("../sql/commit_cursor.sql");
    let committed = client
        .query_opt(statement, &[&journal.0, &name.0, &lease, &cursor])
        .await?;
    if let Some(row) = committed {
        return Ok(leased(lease, &row));
    }
    let held = renew_lease(client, journal, name, lease, 0).await?;
    Err(ConsumerError::CursorOutOfRange {
        cursor: held.cursor,
        head: read_head(client, journal).await?,
    })
}

/// Gives a lease back, so that the next reader need not wait for its end. Nothing happens when it is
/// over.
///
/// # Errors
/// When the database does not answer.
pub async fn release_lease(
    client: &Client,
    journal: JournalId,
    name: &ConsumerName,
    lease: Uuid,
) -> Result<(), Error> {
    let statement = include_str!("../sql/release_lease.sql");
    client
        .execute(statement, &[&journal.0, &name.0, &lease])
        .await?;
    Ok(())
}

/// Why a lease is not valid.
async fn ended(
    client: &Client,
    journal: JournalId,
    name: &ConsumerName,
) -> Result<ConsumerError, Error> {
    let found = find_consumer(client, journal, name).await?;
    Ok(match found {
        Some(_) => ConsumerError::LeaseOver,
        None => ConsumerError::NoSuchConsumer,
    })
}

fn leased(lease: Uuid, row: &Row) -> Leased {
    Leased {
        lease,
        cursor: row.get("cursor"),
        leased_until: row.get("leased_until"),
    }
}

fn consumer(row: &Row) -> Consumer {
    let holder: Option<String> = row.get("holder");
    Consumer {
        journal: JournalId(row.get("journal")),
        name: row.get("name"),
        cursor: row.get("cursor"),
        cursor_at: row.get("cursor_at"),
        head: row.get("head"),
        reading: holder.map(|holder| Reading {
            holder,
            leased_until: row.get("leased_until"),
        }),
    }
}
