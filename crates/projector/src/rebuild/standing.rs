//! Asking for a rebuild, cancelling it, and how far it has come: for every process, whichever is at it.

use super::Projection;
use crate::RowError;
use chrono::{DateTime, Utc};
use std::cmp::Ordering;
use tokio_postgres::{Client, Error, GenericClient, Row};

/// A projection of the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProjectionStanding {
    /// Which.
    pub projection: Projection,
    /// The version that its rows are at.
    pub version: i32,
    /// When they were last rebuilt.
    pub rebuilt_at: Option<DateTime<Utc>>,
}

/// What a rebuild is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// No process has taken it up yet.
    Waiting,
    /// Campaign by campaign, from the log.
    Loading,
    /// Keys and indexes.
    Indexing,
    /// What happened since it began; then the rows are switched.
    CatchingUp,
    /// The rows were switched.
    Done,
    /// Somebody gave it up.
    Cancelled,
    /// It cannot be done.
    Failed,
}

/// The latest rebuild.
#[derive(Debug, Clone, PartialEq)]
pub struct RebuildStanding {
    /// Its number.
    pub id: i64,
    /// What is rebuilt.
    pub projections: Vec<Projection>,
    /// What it is at.
    pub phase: Phase,
    /// Events that were read.
    pub events: u64,
    /// Events to read before it catches up.
    pub events_total: u64,
    /// How fast, since a process took it up. Only while loading.
    pub events_per_second: Option<f64>,
    /// When somebody asked for it.
    pub requested_at: DateTime<Utc>,
    /// When it was over.
    pub ended_at: Option<DateTime<Utc>>,
    /// Why it failed.
    pub failure: Option<String>,
}

/// What became of asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// It is waiting for a process, under this number.
    Accepted(i64),
    /// One of the same projections is under way already, under this number.
    UnderWay(i64),
    /// One of other projections is under way.
    Busy(Vec<Projection>),
}

impl Phase {
    const ALL: [Self; 7] = [
        Self::Waiting,
        Self::Loading,
        Self::Indexing,
        Self::CatchingUp,
        Self::Done,
        Self::Cancelled,
        Self::Failed,
    ];

    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Loading => "loading",
            Self::Indexing => "indexing",
            Self::CatchingUp => "catching_up",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
        }
    }

    pub(super) fn of(row: &Row) -> Result<Self, RowError> {
        let name: &str = row.get("phase");
        let known = Self::ALL.into_iter().find(|phase| phase.as_str() == name);
        known.ok_or_else(|| RowError::Name(name.to_owned()))
    }
}

impl Phase {
    /// Whether nothing follows.
    #[must_use]
    pub fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Cancelled | Self::Failed)
    }
}

impl RebuildStanding {
    /// How much of it is done, from 0 to 100.
    #[must_use]
    pub fn percentage(&self) -> f64 {
        match self.phase {
            Phase::Waiting => 0.0,
            Phase::Loading | Phase::Cancelled | Phase::Failed => {
                LOADED * share(self.events, self.events_total)
            }
            Phase::Indexing => LOADED,
            Phase::CatchingUp => INDEXED,
            Phase::Done => 100.0,
        }
    }
}

/// What of a rebuild is done when everything is loaded, and when it has its indexes: about what they
/// took when they were measured.
const LOADED: f64 = 75.0;
const INDEXED: f64 = 98.0;

fn share(part: u64, whole: u64) -> f64 {
    let number = |count: u64| f64::from(u32::try_from(count.min(u64::from(u32::MAX))).unwrap_or(0));
    number(part) / number(whole.max(part).max(1))
}

/// The projections of the database.
///
/// # Errors
/// When the database does not answer, or has one that this program does not know.
pub async fn list_projections(client: &Client) -> Result<Vec<ProjectionStanding>, RowError> {
    let rows = client
        .query(include_str!("../../sql/list_projections.sql"), &[])
        .await?;
    let read = |row: &Row| {
        Ok(ProjectionStanding {
            projection: projection(row.get("name"))?,
            version: row.get("version"),
            rebuilt_at: row.get("rebuilt_at"),
        })
    };
    rows.iter().map(read).collect()
}

/// The projections whose rows are at an older version than this program's.
///
/// # Errors
/// When the database does not answer.
pub async fn outdated(client: &Client) -> Result<Vec<Projection>, RowError> {
    let all = list_projections(client).await?;
    let old = all
        .into_iter()
        .filter(|one| one.version < one.projection.version());
    Ok(old.map(|one| one.projection).collect())
}

/// Asks for a rebuild of `projections`. Some process takes it up.
///
/// # Errors
/// When the database does not answer.
pub async fn ask_for_rebuild(
    client: &Client,
    projections: &[Projection],
) -> Result<Asked, RowError> {
    let wanted = in_order(projections);
    let names = Projection::names(&wanted);
    let versions: Vec<i32> = wanted.iter().map(|one| one.version()).collect();
    let request = include_str!("../../sql/request_rebuild.sql");
    loop {
        if let Some(row) = client.query_opt(request, &[&names, &versions]).await? {
            return Ok(Asked::Accepted(row.get("id")));
        }
        // It may be over by now; then there is room for this one.
        if let Some(open) = find_open(client).await? {
            return Ok(if open.projections == wanted {
                Asked::UnderWay(open.id)
            } else {
                Asked::Busy(open.projections)
            });
        }
    }
}

/// Gives the rebuild that is under way up: the live rows stay as they are. Only one of exactly `only`, if
/// that is said. What it rebuilt, or nothing when there is none.
///
/// # Errors
/// When the database does not answer.
pub async fn cancel_rebuild(
    client: &Client,
    only: Option<&[Projection]>,
) -> Result<Option<Vec<Projection>>, RowError> {
    let cancel = include_str!("../../sql/cancel_rebuild.sql");
    let only: Option<Vec<&str>> = only.map(|only| Projection::names(&in_order(only)));
    let cancelled = client.query_opt(cancel, &[&only]).await?;
    cancelled.as_ref().map(named).transpose()
}

/// The rebuild that is under way or, without one, the last.
///
/// # Errors
/// When the database does not answer.
pub async fn find_rebuild(client: &Client) -> Result<Option<RebuildStanding>, RowError> {
    let find = include_str!("../../sql/find_latest_rebuild.sql");
    let Some(row) = client.query_opt(find, &[]).await? else {
        return Ok(None);
    };
    let count = |column: &str| u64::try_from(row.get::<_, i64>(column)).unwrap_or(0);
    Ok(Some(RebuildStanding {
        id: row.get("id"),
        projections: named(&row)?,
        phase: Phase::of(&row)?,
        events: count("events"),
        events_total: count("target"),
        events_per_second: row.get("events_per_second"),
        requested_at: row.get("requested_at"),
        ended_at: row.get("ended_at"),
        failure: row.get("failure"),
    }))
}

/// Whether there is anything to do for who rebuilds.
///
/// # Errors
/// When the database does not answer.
pub async fn is_rebuild_due(client: &Client) -> Result<bool, Error> {
    let is_due = include_str!("../../sql/is_rebuild_due.sql");
    Ok(client.query_one(is_due, &[]).await?.get("is_due"))
}

/// What a rebuild is at.
pub(super) async fn find_phase(client: &Client, rebuild: i64) -> Result<Phase, RowError> {
    let find = include_str!("../../sql/find_phase.sql");
    Phase::of(&client.query_one(find, &[&rebuild]).await?)
}

/// A rebuild that is not over.
#[derive(Debug, Clone)]
pub(super) struct Open {
    pub id: i64,
    pub projections: Vec<Projection>,
    versions: Vec<i32>,
    pub phase: Phase,
}

impl Open {
    /// Its versions to those of this program: greater if any is.
    pub fn compare(&self) -> Ordering {
        let pairs = self.projections.iter().zip(&self.versions);
        let orders = pairs.map(|(one, version)| version.cmp(&one.version()));
        let (mut any_less, mut any_greater) = (false, false);
        for order in orders {
            any_less |= order == Ordering::Less;
            any_greater |= order == Ordering::Greater;
        }
        match (any_less, any_greater) {
            (_, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => Ordering::Equal,
        }
    }
}

pub(super) async fn find_open(client: &Client) -> Result<Option<Open>, RowError> {
    let find = include_str!("../../sql/find_open_rebuild.sql");
    let Some(row) = client.query_opt(find, &[]).await? else {
        return Ok(None);
    };
    Ok(Some(Open {
        id: row.get("id"),
        projections: named(&row)?,
        versions: row.get("versions"),
        phase: Phase::of(&row)?,
    }))
}

/// Moves the rebuild on. False when it was cancelled.
pub(super) async fn move_to<C: GenericClient>(
    client: &C,
    rebuild: i64,
    phase: Phase,
) -> Result<bool, Error> {
    let change = include_str!("../../sql/move_phase.sql");
    let changed = client.execute(change, &[&rebuild, &phase.as_str()]).await?;
    Ok(changed == 1)
}

fn in_order(projections: &[Projection]) -> Vec<Projection> {
    let mut wanted = projections.to_vec();
    wanted.sort();
    wanted.dedup();
    wanted
}

fn named(row: &Row) -> Result<Vec<Projection>, RowError> {
    let names: Vec<String> = row.get("projections");
    names.iter().map(|name| projection(name)).collect()
}

fn projection(name: &str) -> Result<Projection, RowError> {
    Projection::from_name(name).ok_or_else(|| RowError::Name(name.to_owned()))
}
