//! Who rebuilds: takes up what is asked for, and brings it to its end.
//!
//! Several processes may have one; a lock that lasts as long as its connection lets one of them work.
//! What broke off is taken up by the next.

use super::loading::{Loading, Step};
use super::standing::{Open, find_open, move_to};
use super::switching::{Attempt, PAUSE, approach, try_to_switch};
use super::{Phase, Projection};
use crate::{REPLAY_PAGE, ReplayError, RowError, Rows};
use domain::BrokenHistory;
use event_store::{Connection, JournalId, Journals, ReadError, connect};
use futures_util::future::try_join_all;
use std::num::NonZeroUsize;
use tokio::task::JoinSet;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Config, Error};

/// Brings rebuilds to their end.
#[derive(Debug, Clone)]
pub struct Rebuilder {
    config: Config,
    journals: Journals,
    at_once: NonZeroUsize,
    page_events: i64,
}

/// How a rebuild ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// These rows were switched.
    Switched(Vec<Projection>),
    /// It was cancelled; the live rows are as they were.
    Cancelled,
}

/// Why a rebuild did not go on.
#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    /// The database did not answer. What is done is kept.
    #[error("rebuild rows")]
    Database(#[from] Error),
    /// The log could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The log could not be replayed.
    #[error(transparent)]
    Replay(#[from] ReplayError),
    /// A shadow row is damaged.
    #[error(transparent)]
    Row(#[from] RowError),
    /// An event cannot follow.
    #[error("position {position} of journal {journal}")]
    Broken {
        /// The journal.
        journal: i16,
        /// Where.
        position: i64,
        /// What cannot follow.
        #[source]
        source: BrokenHistory,
    },
    /// A task of it ended by itself.
    #[error("rebuild rows")]
    Interrupted(#[source] tokio::task::JoinError),
}

impl RebuildError {
    /// Whether trying again would find the same: the log itself is at fault, something else depends on the
    /// live tables, or the role may not.
    #[must_use]
    pub fn is_lasting(&self) -> bool {
        match self {
            Self::Interrupted(_) => false,
            Self::Database(error) => error.code().is_some_and(|code| {
                *code == SqlState::DEPENDENT_OBJECTS_STILL_EXIST
                    || *code == SqlState::INSUFFICIENT_PRIVILEGE
            }),
            Self::Read(error) | Self::Replay(ReplayError::Read(error)) => {
                !matches!(error, ReadError::Database(_))
            }
            Self::Row(error) => !matches!(error, RowError::Database(_)),
            Self::Replay(_) | Self::Broken { .. } => true,
        }
    }
}

impl Rebuilder {
    /// For a database. Loads up to `at_once` journals at a time, with two connections each.
    #[must_use]
    pub fn new(config: Config, journals: Journals, at_once: NonZeroUsize) -> Self {
        Self {
            config,
            journals,
            at_once,
            page_events: REPLAY_PAGE,
        }
    }

    /// The same in pages of so many events.
    #[must_use]
    pub fn in_pages_of(self, page_events: i64) -> Self {
        Self {
            page_events,
            ..self
        }
    }

    /// Takes up the rebuild that is asked for and brings it to its end. Nothing when none is, or another
    /// process is at it.
    ///
    /// # Errors
    /// When the database does not answer: then the rebuild is taken up again the next time. When the
    /// log is at fault: then the rebuild has failed.
    pub async fn run_once(&self) -> Result<Option<Ended>, RebuildError> {
        let mut connection = connect(&self.config).await?;
        let lock = include_str!("../../sql/lock_rebuilds.sql");
        let client = &mut connection.client;
        if !client.query_one(lock, &[]).await?.get::<_, bool>("held") {
            return Ok(None);
        }
        let Some(open) = find_open(client).await? else {
            // Of one that was cancelled while nobody was at it.
            drop_shadows(client).await?;
            return Ok(None);
        };
        match self.rebuild(client, &open).await {
            Err(error) if error.is_lasting() => {
                let fail = include_str!("../../sql/fail_rebuild.sql");
                client.execute(fail, &[&open.id, &reason(&error)]).await?;
                drop_shadows(client).await?;
                Err(error)
            }
            Ok(Ended::Cancelled) => {
                drop_shadows(client).await?;
                Ok(Some(Ended::Cancelled))
            }
            ended => ended.map(Some),
        }
    }

    async fn rebuild(&self, client: &mut Client, open: &Open) -> Result<Ended, RebuildError> {
        if open.phase == Phase::Waiting && !begin(client, open.id).await? {
            return Ok(Ended::Cancelled);
        }
        let take_up = include_str!("../../sql/take_up_rebuild.sql");
        client.execute(take_up, &[&open.id]).await?;
        if self.load(client, open.id).await? == Step::Lost
            || !move_to(client, open.id, Phase::Indexing).await?
        {
            return Ok(Ended::Cancelled);
        }
        if !finish(client, open.id).await? {
            return Ok(Ended::Cancelled);
        }
        match self.switch(open.id).await? {
            Attempt::Cancelled => Ok(Ended::Cancelled),
            Attempt::Switched | Attempt::Later => {
                validate(client).await?;
                Ok(Ended::Switched(open.projections.clone()))
            }
        }
    }

    /// Loads every journal that is not loaded yet, some at a time.
    async fn load(&self, client: &Client, rebuild: i64) -> Result<Step, RebuildError> {
        let list = include_str!("../../sql/list_progress.sql");
        let rows = client.query(list, &[&rebuild]).await?;
        let mut waiting: Vec<Loading> = rows
            .iter()
            .rev()
            .filter_map(|row| Loading::of(rebuild, row, self.page_events))
            .collect();
        let mut under_way = JoinSet::new();
        loop {
            while under_way.len() < self.at_once.get()
                && let Some(loading) = waiting.pop()
            {
                under_way.spawn(load(self.config.clone(), loading));
            }
            match under_way.join_next().await {
                None => return Ok(Step::Over),
                Some(joined) => {
                    if joined.map_err(RebuildError::Interrupted)?? == Step::Lost {
                        return Ok(Step::Lost);
                    }
                }
            }
        }
    }

    /// Catches up, and switches as soon as nobody has to be waited for.
    async fn switch(&self, rebuild: i64) -> Result<Attempt, RebuildError> {
        let all: Vec<JournalId> = self.journals.iter().collect();
        let share = all.len().div_ceil(self.at_once.get()).max(1);
        let lookers = all.chunks(share).map(|_| Looker::open(&self.config));
        let lookers = try_join_all(lookers).await?;
        let Some(first) = lookers.first() else {
            return Ok(Attempt::Later);
        };
        for attempt in 0.. {
            let each = lookers.iter().zip(all.chunks(share));
            try_join_all(each.map(|(looker, journals)| looker.approach(journals))).await?;
            let what = (rebuild, self.journals);
            let client = &first.connection.client;
            if !move_to(client, rebuild, Phase::CatchingUp).await? {
                return Ok(Attempt::Cancelled);
            }
            match try_to_switch(client, &first.rows, what, attempt).await? {
                Attempt::Later => tokio::time::sleep(PAUSE).await,
                ended => return Ok(ended),
            }
        }
        Ok(Attempt::Later)
    }
}

/// A connection that finds the shadow tables in place of the live ones.
struct Looker {
    connection: Connection,
    rows: Rows,
}

impl Looker {
    async fn open(config: &Config) -> Result<Self, RebuildError> {
        let connection = connect(config).await?;
        let look = include_str!("../../sql/look_at_shadows.sql");
        connection.client.query_one(look, &[]).await?;
        let rows = Rows::prepare(&connection.client).await?;
        Ok(Self { connection, rows })
    }

    async fn approach(&self, journals: &[JournalId]) -> Result<(), RebuildError> {
        for journal in journals {
            approach(&self.connection.client, &self.rows, *journal).await?;
        }
        Ok(())
    }
}

/// Makes the shadows. False when the rebuild was cancelled.
async fn begin(client: &mut Client, rebuild: i64) -> Result<bool, RebuildError> {
    let transaction = client.transaction().await?;
    if !move_to(&transaction, rebuild, Phase::Loading).await? {
        return Ok(false);
    }
    let make = include_str!("../../sql/make_shadows.sql");
    transaction.execute(make, &[]).await?;
    let aim = include_str!("../../sql/aim.sql");
    transaction.execute(aim, &[&rebuild]).await?;
    transaction.commit().await?;
    Ok(true)
}

/// Loads one journal to its end, on connections of its own.
async fn load(config: Config, mut loading: Loading) -> Result<Step, RebuildError> {
    let reader = connect(&config).await?;
    let mut writer = connect(&config).await?;
    let relax = include_str!("../../sql/do_not_wait_for_the_disk.sql");
    writer.client.query_one(relax, &[]).await?;
    loop {
        match loading.step(&reader.client, &mut writer.client).await? {
            Step::More => {}
            ended => return Ok(ended),
        }
    }
}

/// Gives the shadows what the live tables have. False when the rebuild was cancelled.
async fn finish(client: &Client, rebuild: i64) -> Result<bool, RebuildError> {
    let finish = include_str!("../../sql/finish_shadows.sql");
    let made = async || {
        let row = client.query_one(finish, &[]).await?;
        Ok::<_, Error>(row.get::<_, Option<String>>("name"))
    };
    while made().await?.is_some() {
        if !move_to(client, rebuild, Phase::Indexing).await? {
            return Ok(false);
        }
    }
    let count = include_str!("../../sql/count_shadows.sql");
    client.execute(count, &[]).await?;
    Ok(true)
}

async fn validate(client: &Client) -> Result<(), Error> {
    let validate = include_str!("../../sql/validate_rows.sql");
    loop {
        let row = client.query_one(validate, &[]).await?;
        if row.get::<_, Option<String>>("name").is_none() {
            return Ok(());
        }
    }
}

async fn drop_shadows(client: &Client) -> Result<(), Error> {
    let drop = include_str!("../../sql/drop_shadows.sql");
    client.execute(drop, &[]).await.map(|_| ())
}

/// An error with its causes.
fn reason(error: &RebuildError) -> String {
    let first: &(dyn std::error::Error + 'static) = error;
    let causes = std::iter::successors(Some(first), |error| error.source());
    let causes: Vec<String> = causes.map(ToString::to_string).collect();
    causes.join(": ")
}
