//! Appending to a journal, inside a transaction that the caller has begun.
//!
//! The append moves the head by compare-and-set and raises when the head is elsewhere, so a
//! caller may pipeline everything behind it and the `COMMIT` too: if the head was lost, all of it
//! is void. The fence makes that hold beyond a broken connection: once it is raised, what was
//! sent before can no longer commit, whenever the server comes to read it.

use crate::{JournalId, Metadata};
use chrono::{DateTime, Utc};
use domain::{CampaignId, Event, Version};
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, GenericClient, Statement};
use uuid::Uuid;

/// Where a journal ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The position of its latest event.
    pub position: i64,
    /// What a writer must know to append.
    pub fence: i64,
    /// The database's clock, not before the latest event.
    pub now_at: DateTime<Utc>,
}

/// An event that is not in the log yet.
#[derive(Debug, Clone)]
pub struct NewEvent {
    /// Its own id.
    pub event_id: Uuid,
    /// The campaign it is about.
    pub campaign_id: CampaignId,
    /// Which of the campaign's events it is.
    pub version: Version,
    /// What happened.
    pub event: Event,
    /// Who, why, in the course of what.
    pub metadata: Metadata,
}

/// What an append writes, ready to be sent: nothing about it can fail any more on our side, so
/// whatever is pipelined behind it is never sent without it.
#[derive(Debug)]
pub struct Appending {
    /// When, if the caller was told with the head.
    pub recorded_at: Option<DateTime<Utc>>,
    /// Whose events.
    pub campaign_ids: Vec<Uuid>,
    /// Which of the campaign's.
    pub versions: Vec<i64>,
    /// Their own ids.
    pub event_ids: Vec<Uuid>,
    /// What happened.
    pub types: Vec<&'static str>,
    /// In which form.
    pub schema_versions: Vec<i16>,
    /// As JSON.
    pub payloads: Vec<String>,
    /// As JSON.
    pub metadata: Vec<String>,
}

impl Appending {
    /// `events` in the order of their positions, recorded at `recorded_at` or, without one, at
    /// the database's clock. Only a caller that holds the head may name a time: the one that it
    /// was told with the head.
    ///
    /// # Errors
    /// When an event has no JSON, which none of `domain` is.
    pub fn new(
        events: &[NewEvent],
        recorded_at: Option<DateTime<Utc>>,
    ) -> Result<Self, serde_json::Error> {
        let json = |fresh: &NewEvent| serde_json::to_string(&fresh.metadata);
        Ok(Self {
            recorded_at,
            campaign_ids: events.iter().map(|fresh| fresh.campaign_id.0).collect(),
            versions: events.iter().map(|fresh| fresh.version.0).collect(),
            event_ids: events.iter().map(|fresh| fresh.event_id).collect(),
            types: events
                .iter()
                .map(|fresh| fresh.event.event_type())
                .collect(),
            schema_versions: events
                .iter()
                .map(|fresh| fresh.event.schema_version())
                .collect(),
            payloads: events
                .iter()
                .map(|fresh| fresh.event.payload())
                .collect::<Result<_, _>>()?,
            metadata: events.iter().map(json).collect::<Result<_, _>>()?,
        })
    }
}

/// The prepared statements of a writer, for one connection.
pub struct Log {
    append: Statement,
    lock_head: Statement,
    raise_fence: Statement,
    find_events: Statement,
    find_created: Statement,
}

/// Takes the head of `journal` until the end of the transaction, so that no other transaction writes to it.
///
/// # Errors
/// When the database cannot, or there is no such journal.
pub async fn lock_journal(
    client: &impl GenericClient,
    journal: JournalId,
) -> Result<(), tokio_postgres::Error> {
    let lock = include_str!("../sql/lock_head.sql");
    client.query_one(lock, &[&journal.0]).await.map(|_| ())
}

impl Log {
    /// Prepares the statements on `client`.
    ///
    /// # Errors
    /// When the database cannot.
    pub async fn prepare(client: &Client) -> Result<Self, tokio_postgres::Error> {
        Ok(Self {
            append: client.prepare(include_str!("../sql/append.sql")).await?,
            lock_head: client.prepare(include_str!("../sql/lock_head.sql")).await?,
            raise_fence: client
                .prepare(include_str!("../sql/raise_fence.sql"))
                .await?,
            find_events: client
                .prepare(include_str!("../sql/find_events.sql"))
                .await?,
            find_created: client
                .prepare(include_str!("../sql/find_created.sql"))
                .await?,
        })
    }

    /// Takes the head until the end of the transaction.
    ///
    /// # Errors
    /// When the database cannot, or there is no such journal.
    pub async fn lock(
        &self,
        client: &Client,
        journal: JournalId,
    ) -> Result<Head, tokio_postgres::Error> {
        let row = client.query_one(&self.lock_head, &[&journal.0]).await?;
        Ok(head(&row))
    }

    /// Makes sure that nothing sent under the old fence can commit any more. Not for use inside
    /// a transaction.
    ///
    /// # Errors
    /// When the database cannot, or there is no such journal.
    pub async fn raise_fence(
        &self,
        client: &Client,
        journal: JournalId,
    ) -> Result<Head, tokio_postgres::Error> {
        let row = client.query_one(&self.raise_fence, &[&journal.0]).await?;
        Ok(head(&row))
    }

    /// Appends behind `head`, and tells when.
    ///
    /// # Errors
    /// When the database refuses; [`lost_the_head`] tells whether another writer was first.
    pub async fn append(
        &self,
        client: &Client,
        journal: JournalId,
        head: Head,
        appending: &Appending,
    ) -> Result<DateTime<Utc>, tokio_postgres::Error> {
        let count = i64::try_from(appending.event_ids.len()).unwrap_or(i64::MAX);
        let binds: [&(dyn ToSql + Sync); 12] = [
            &journal.0,
            &head.position,
            &head.fence,
            &count,
            &appending.campaign_ids,
            &appending.versions,
            &appending.event_ids,
            &appending.types,
            &appending.schema_versions,
            &appending.payloads,
            &appending.metadata,
            &appending.recorded_at,
        ];
        Ok(client.query_one(&self.append, &binds).await?.get(0))
    }

    /// When `event_id` was recorded after `position`, if it was.
    ///
    /// # Errors
    /// When the database cannot tell.
    pub async fn find_event(
        &self,
        client: &Client,
        journal: JournalId,
        position: i64,
        event_id: Uuid,
    ) -> Result<Option<DateTime<Utc>>, tokio_postgres::Error> {
        let ids = [event_id];
        let found = client
            .query_opt(&self.find_events, &[&journal.0, &position, &ids.as_slice()])
            .await?;
        Ok(found.map(|row| row.get("recorded_at")))
    }

    /// Which of `campaigns` were ever created, with the version of their latest event.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn find_created(
        &self,
        client: &Client,
        journal: JournalId,
        campaigns: &[Uuid],
    ) -> Result<Vec<(CampaignId, Version)>, tokio_postgres::Error> {
        if campaigns.is_empty() {
            return Ok(vec![]);
        }
        let rows = client
            .query(&self.find_created, &[&journal.0, &campaigns])
            .await?;
        Ok(rows
            .iter()
            .map(|row| (CampaignId(row.get(0)), Version(row.get(1))))
            .collect())
    }
}

/// Whether another writer moved the head first. Nothing happened; look again.
#[must_use]
pub fn lost_the_head(error: &tokio_postgres::Error) -> bool {
    error.code().is_some_and(|code| code.code() == "FM001")
}

/// Whether `error` proves that the transaction did not commit: the database refused a statement
/// and lives. A broken connection, or a server going down, proves nothing.
#[must_use]
pub fn is_determinate(error: &tokio_postgres::Error) -> bool {
    let going_down = [
        SqlState::ADMIN_SHUTDOWN,
        SqlState::CRASH_SHUTDOWN,
        SqlState::CANNOT_CONNECT_NOW,
        SqlState::DATABASE_DROPPED,
        SqlState::IDLE_SESSION_TIMEOUT,
        SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
    ];
    error.code().is_some_and(|code| {
        !going_down.contains(code) && !code.code().starts_with("08") && !error.is_closed()
    })
}

fn head(row: &tokio_postgres::Row) -> Head {
    Head {
        position: row.get("head"),
        fence: row.get("fence"),
        now_at: row.get("now_at"),
    }
}
