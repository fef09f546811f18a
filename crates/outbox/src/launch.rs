//! Launches: campaigns that an engine has to take up.
//!
//! A launch is the delivery of a `start_run` effect. It is handed to whoever asks, with a lease: if
//! nothing came of it until the lease's end, it is handed out again, to whoever asks then. It ends
//! when its campaign is taken up, put back to draft, or deleted. That is in the log, and nobody tells
//! it to the row: the SQL function `launch_end` looks it up whenever a launch is shown, counted,
//! operated or handed out. So no order of handing out and activating loses a launch, and what has ended
//! is shown so at once. Rows are closed behind that ([`close_ended`], [`take_launches`]).
//!
//! Not here: having a run started on Trigger.dev (`starter.rs`).

use crate::EffectId;
use chrono::{DateTime, TimeDelta, Utc};
use deadpool_postgres::{Client, Transaction};
use domain::{CampaignId, UserId};
use event_store::JournalId;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Error, Row};
use uuid::Uuid;

/// How long a launch that was handed out is not handed out again. Four of these are the time after
/// which a launch counts as stuck.
pub const LAUNCH_LEASE_SECONDS: i64 = 30;
/// Launches that are handed out at once at most.
pub const LAUNCHES_MAX: i64 = 100;
/// Engines of which this process holds a question back until there is a launch, at most.
pub const WAITING_ENGINES_MAX: usize = 256;
const PREFIX: &str = "run_";
const CLOSE_ENDED: &str = include_str!("../sql/close_ended_launches.sql");

/// A launch's id: that of the event with which it began. On the wire, `run_` and 32 hex digits.
///
/// ```
/// let id: outbox::LaunchId = "run_01890a5d9c4e7c3aa1b2c3d4e5f60718".parse().unwrap();
/// assert_eq!(id.to_string(), "run_01890a5d9c4e7c3aa1b2c3d4e5f60718");
/// assert!("01890a5d9c4e7c3aa1b2c3d4e5f60718".parse::<outbox::LaunchId>().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LaunchId(pub Uuid);

/// A text that is no launch's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a launch's id is run_ and 32 hex digits in lower case")]
pub struct NotALaunchId;

impl FromStr for LaunchId {
    type Err = NotALaunchId;

    fn from_str(text: &str) -> Result<Self, NotALaunchId> {
        let digits = text.strip_prefix(PREFIX).ok_or(NotALaunchId)?;
        let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if digits.len() != 32 || !digits.bytes().all(is_hex) {
            return Err(NotALaunchId);
        }
        Uuid::try_parse(digits).map(Self).map_err(|_| NotALaunchId)
    }
}

impl fmt::Display for LaunchId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{PREFIX}{}", self.0.simple())
    }
}

/// A launch that was handed out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Launch {
    /// Its id.
    pub id: LaunchId,
    /// Its effect, for operators.
    pub effect: EffectId,
    /// What has to be taken up.
    pub campaign_id: CampaignId,
    /// Whose.
    pub user_id: UserId,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// Until when nobody else is handed it.
    pub leased_until: DateTime<Utc>,
    /// How often it was handed out, this time included.
    pub attempts: i32,
    /// Since when it is tried, at the earliest.
    pub(crate) opened_at: DateTime<Utc>,
    /// Failures so far that may be its own.
    pub(crate) failed: i64,
    /// The last rest between attempts.
    pub(crate) rest: Duration,
}

/// Hands out up to `limit` launches (at most [`LAUNCHES_MAX`]) to `whom`, leased until
/// [`LAUNCH_LEASE_SECONDS`] after `now`. None: there is nothing to take up.
///
/// # Errors
/// When the database does not answer. What it handed out is handed out again after its lease.
pub async fn take_launches(
    client: &Client,
    now: DateTime<Utc>,
    limit: i64,
    whom: &str,
) -> Result<Vec<Launch>, Error> {
    let limit = limit.clamp(1, LAUNCHES_MAX);
    let until = now + TimeDelta::seconds(LAUNCH_LEASE_SECONDS);
    let take = client
        .prepare_cached(include_str!("../sql/take_launches.sql"))
        .await?;
    loop {
        let rows = client.query(&take, &[&now, &limit, &until, &whom]).await?;
        let mut taken: Vec<Launch> = rows.iter().filter_map(|row| launch(row, until)).collect();
        // All that were looked at may have been over, with others behind them.
        let looked_at = i64::try_from(rows.len()).unwrap_or(0);
        if !taken.is_empty() || looked_at < limit {
            taken.sort_by_key(|launch| (launch.started_at, launch.effect));
            return Ok(taken);
        }
    }
}

fn launch(row: &Row, leased_until: DateTime<Utc>) -> Option<Launch> {
    let rest: i32 = row.get("rest_milliseconds");
    row.get::<_, bool>("is_under_way").then_some(())?;
    Some(Launch {
        id: LaunchId(row.get("event_id")),
        effect: EffectId {
            journal: JournalId(row.get("journal")),
            position: row.get("position"),
        },
        campaign_id: CampaignId(row.get("campaign_id")),
        user_id: UserId(row.get("user_id")),
        started_at: started_at(row)?,
        leased_until,
        attempts: row.get("attempts"),
        opened_at: row.get("opened_at"),
        failed: row.get("failed"),
        rest: Duration::from_millis(u64::try_from(rest).unwrap_or(0)),
    })
}

/// As the event has it: the rules compare it with the campaign's.
fn started_at(row: &Row) -> Option<DateTime<Utc>> {
    row.get::<_, Option<&str>>("started_at")?.parse().ok()
}

/// Closes launches that have ended: up to `limit`, the oldest first.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn close_ended(client: &Client, limit: i64) -> Result<(), Error> {
    let close = client.prepare_cached(CLOSE_ENDED).await?;
    let none: (Option<i16>, Option<Vec<Uuid>>) = (None, None);
    let binds: [&(dyn ToSql + Sync); 3] = [&none.0, &none.1, &limit];
    client.execute(&close, &binds).await.map(|_| ())
}

/// Closes launches of some campaigns that have ended, before later effects are said to overtake them.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn close_ended_of(
    transaction: &Transaction<'_>,
    journal: JournalId,
    campaigns: &[Uuid],
) -> Result<(), Error> {
    if campaigns.is_empty() {
        return Ok(());
    }
    let close = transaction.prepare_cached(CLOSE_ENDED).await?;
    let binds: [&(dyn ToSql + Sync); 3] = [&Some(journal.0), &Some(campaigns), &i64::MAX];
    transaction.execute(&close, &binds).await.map(|_| ())
}

/// When a launch of a campaign began. `None`: the campaign has had no such launch.
///
/// # Errors
/// When the database does not answer.
pub async fn find_launch(
    client: &Client,
    journal: JournalId,
    campaign: CampaignId,
    launch: LaunchId,
) -> Result<Option<DateTime<Utc>>, Error> {
    let find = client
        .prepare_cached(include_str!("../sql/find_launch.sql"))
        .await?;
    let row = client
        .query_opt(&find, &[&journal.0, &campaign.0, &launch.0])
        .await?;
    Ok(row.as_ref().and_then(started_at))
}

/// Where engines wait for launches in this process. Copies share it.
#[derive(Debug, Clone)]
pub struct LaunchDesk {
    bell: watch::Sender<()>,
    seats: Arc<Semaphore>,
}

/// An engine's place at the desk, for as long as it waits.
#[derive(Debug)]
pub struct Waiting {
    bell: watch::Receiver<()>,
    _seat: OwnedSemaphorePermit,
}

impl Default for LaunchDesk {
    fn default() -> Self {
        Self {
            bell: watch::Sender::new(()),
            seats: Arc::new(Semaphore::new(WAITING_ENGINES_MAX)),
        }
    }
}

impl LaunchDesk {
    /// Takes a seat. `None`: all are taken, and nobody else can wait here.
    #[must_use]
    pub fn wait(&self) -> Option<Waiting> {
        let seat = self.seats.clone().try_acquire_owned().ok()?;
        Some(Waiting {
            bell: self.bell.subscribe(),
            _seat: seat,
        })
    }

    /// Wakes all who wait: there is a launch.
    pub(crate) fn ring(&self) {
        self.bell.send_replace(());
    }
}

impl Waiting {
    /// Waits until there is a launch that this process has heard of.
    pub async fn rung(&mut self) {
        // The desk outlives whoever waits at it; if not, nobody rings any more.
        if self.bell.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
