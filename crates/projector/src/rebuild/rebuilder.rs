//! Who rebuilds: takes up what is asked for, and brings it to its end.
//!
//! Several processes may have one; a lock that lasts as long as its connection lets one of them work,
//! and who loses that connection stops. What broke off is taken up by the next. A rebuild for an older
//! program's rows begins anew, one for a newer program's is left to that.

use super::failing::RebuildError;
use super::indexing::Indexing;
use super::loading::{Loading, Step};
use super::looker::Looker;
use super::standing::{Open, find_open, find_phase, move_to};
use super::switching::{Attempt, rest, try_to_switch};
use super::{Phase, Projection};
use crate::REPLAY_PAGE;
use event_store::{JournalId, Journals, connect};
use futures_util::future::try_join_all;
use std::cmp::Ordering;
use std::convert::Infallible;
use std::num::NonZeroUsize;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio_postgres::{Client, Config, Error};

/// How often who rebuilds makes sure that it still has the lock.
const SIGN_OF_LIFE: Duration = Duration::from_secs(2);

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

    /// Takes up the rebuild that is asked for and brings it to its end. Nothing when none is, another
    /// process is at it, or it is a newer program's.
    ///
    /// # Errors
    /// When the database does not answer: then the rebuild is taken up again the next time. When the
    /// log is at fault: then the rebuild has failed.
    pub async fn run_once(&self) -> Result<Option<Ended>, RebuildError> {
        let connection = connect(&self.config).await?;
        let client = &connection.client;
        let lock = include_str!("../../sql/lock_rebuilds.sql");
        if !client.query_one(lock, &[]).await?.get::<_, bool>("held") {
            return Ok(None);
        }
        let have_patience = include_str!("../../sql/have_patience.sql");
        client.query_one(have_patience, &[]).await?;
        let Some(open) = find_open(client).await? else {
            // Of one that was cancelled, or killed at the last moment, while nobody was at it.
            tidy(client).await?;
            return Ok(None);
        };
        let rebuilt = tokio::select! {
            rebuilt = self.rebuild(client, &open) => rebuilt,
            dead = stay_alive(client) => match dead {
                Ok(never) => match never {},
                Err(error) => Err(error.into()),
            },
        };
        match rebuilt {
            Err(error) if error.is_lasting() => {
                let fail = include_str!("../../sql/fail_rebuild.sql");
                client.execute(fail, &[&open.id, &reason(&error)]).await?;
                tidy(client).await?;
                Err(error)
            }
            Ok(true) => ended(client, &open).await.map(Some),
            Ok(false) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// False when it is not this program's.
    async fn rebuild(&self, client: &Client, open: &Open) -> Result<bool, RebuildError> {
        let begins = match open.compare() {
            Ordering::Greater => return Ok(false),
            Ordering::Less => {
                supersede(client, open).await?;
                true
            }
            Ordering::Equal => open.phase == Phase::Waiting || !shadows_fit(client).await?,
        };
        if begins && !begin(client, open.id).await? {
            return Ok(true);
        }
        let take_up = include_str!("../../sql/take_up_rebuild.sql");
        client.execute(take_up, &[&open.id]).await?;
        if self.load(client, open.id).await? == Step::Over
            && move_to(client, open.id, Phase::Indexing).await?
            && self.indexing(client, open.id).finish().await?
            && move_to(client, open.id, Phase::CatchingUp).await?
        {
            self.switch(open.id).await?;
        }
        Ok(true)
    }

    fn indexing<'a>(&'a self, client: &'a Client, rebuild: i64) -> Indexing<'a> {
        Indexing {
            client,
            config: &self.config,
            at_once: self.at_once,
            rebuild,
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

    /// Catches up, and switches as soon as nobody has to be waited for, unless it is over before.
    async fn switch(&self, rebuild: i64) -> Result<(), RebuildError> {
        let all: Vec<JournalId> = self.journals.iter().collect();
        let share = all.len().div_ceil(self.at_once.get()).max(1);
        let lookers = all.chunks(share).map(|_| Looker::open(&self.config));
        let lookers = try_join_all(lookers).await?;
        for attempt in 0.. {
            let each = lookers.iter().zip(all.chunks(share));
            let approaching = each.map(|(looker, journals)| looker.approach(rebuild, journals));
            if try_join_all(approaching).await?.contains(&false) {
                return Ok(());
            }
            let Some(first) = lookers.first() else {
                return Ok(());
            };
            match try_to_switch(first, rebuild, &all, attempt).await? {
                Attempt::Later => tokio::time::sleep(rest(attempt)).await,
                Attempt::Switched | Attempt::Cancelled => return Ok(()),
            }
        }
        Ok(())
    }
}

/// What became of a rebuild that this process has nothing more to do for.
async fn ended(client: &Client, open: &Open) -> Result<Ended, RebuildError> {
    match find_phase(client, open.id).await? {
        Phase::Done => {
            tidy(client).await?;
            Ok(Ended::Switched(open.projections.clone()))
        }
        Phase::Cancelled | Phase::Failed => {
            tidy(client).await?;
            Ok(Ended::Cancelled)
        }
        Phase::Waiting | Phase::Loading | Phase::Indexing | Phase::CatchingUp => {
            Err(RebuildError::Overtaken)
        }
    }
}

/// Ends with an error when the connection, and with it the lock, is lost.
async fn stay_alive(client: &Client) -> Result<Infallible, Error> {
    loop {
        tokio::time::sleep(SIGN_OF_LIFE).await;
        client.batch_execute("").await?;
    }
}

async fn supersede(client: &Client, open: &Open) -> Result<(), Error> {
    let versions: Vec<i32> = open.projections.iter().map(|one| one.version()).collect();
    let supersede = include_str!("../../sql/supersede_rebuild.sql");
    client.execute(supersede, &[&open.id, &versions]).await?;
    Ok(())
}

async fn shadows_fit(client: &Client) -> Result<bool, Error> {
    let fit = include_str!("../../sql/shadows_fit.sql");
    Ok(client.query_one(fit, &[]).await?.get("fit"))
}

/// Makes the shadows. False when the rebuild was cancelled.
async fn begin(client: &Client, rebuild: i64) -> Result<bool, RebuildError> {
    client.batch_execute("BEGIN").await?;
    let begun = begin_within(client, rebuild).await;
    let end = if matches!(begun, Ok(true)) {
        "COMMIT"
    } else {
        "ROLLBACK"
    };
    client.batch_execute(end).await?;
    begun
}

async fn begin_within(client: &Client, rebuild: i64) -> Result<bool, RebuildError> {
    if !move_to(client, rebuild, Phase::Loading).await? {
        return Ok(false);
    }
    let forget = include_str!("../../sql/forget_progress.sql");
    client.execute(forget, &[&rebuild]).await?;
    let make = include_str!("../../sql/make_shadows.sql");
    client.execute(make, &[]).await?;
    let aim = include_str!("../../sql/aim.sql");
    client.execute(aim, &[&rebuild]).await?;
    Ok(true)
}

/// Loads one journal to its end, on connections of its own.
async fn load(config: Config, mut loading: Loading) -> Result<Step, RebuildError> {
    let reader = connect(&config).await?;
    let mut writer = connect(&config).await?;
    let have_patience = include_str!("../../sql/have_patience.sql");
    reader.client.query_one(have_patience, &[]).await?;
    writer.client.query_one(have_patience, &[]).await?;
    let relax = include_str!("../../sql/do_not_wait_for_the_disk.sql");
    writer.client.query_one(relax, &[]).await?;
    loop {
        match loading.step(&reader.client, &mut writer.client).await? {
            Step::More => {}
            ended => return Ok(ended),
        }
    }
}

/// Drops what is left of shadows, and holds rows to references that they have not been held to. Only when
/// no rebuild is open.
async fn tidy(client: &Client) -> Result<(), Error> {
    let drop = include_str!("../../sql/drop_shadows.sql");
    client.execute(drop, &[]).await?;
    while validate(client).await?.is_some() {}
    Ok(())
}

async fn validate(client: &Client) -> Result<Option<String>, Error> {
    let validate = include_str!("../../sql/validate_rows.sql");
    Ok(client.query_one(validate, &[]).await?.get("name"))
}

/// An error with its causes.
fn reason(error: &RebuildError) -> String {
    let first: &(dyn std::error::Error + 'static) = error;
    let causes = std::iter::successors(Some(first), |error| error.source());
    let causes: Vec<String> = causes.map(ToString::to_string).collect();
    causes.join(": ")
}
