//! The relay of a process: what takes effects in, what sends them, and what forgets them.
//!
//! Each is a loop around a step: at once while there is work, then after a rest that doubles, and at
//! once again when somebody rings. Polling is the truth; bells only make it sooner. Processes are
//! equal: the cursors and the lease say who does what.

use crate::chance::{Chance, Clock};
use crate::completer::WaitpointCompleter;
use crate::failure::RelayFailure;
use crate::forget::{MANY, forget};
use crate::intake::{Intake, Taken};
use crate::launch::LaunchDesk;
use crate::registration::Registrar;
use crate::relay_metrics::RelayMetrics;
use crate::sender::{Sender, SenderSettings, Sent};
use deadpool_postgres::Pool;
use event_store::{JournalId, Journals, Wakes};
use futures_util::future::{join3, select_all};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;
use waitpoints::Hub;

const REST_MILLISECONDS_MIN: u64 = 10;
const REST_MILLISECONDS_MAX: u64 = 1_000;
/// Under load the next effects gather for as long as this before they are taken in together.
const GATHER_MILLISECONDS_MAX: u64 = 50;
const FORGET_SECONDS: u64 = 60;
/// Between two steps while there is more to forget.
const FORGET_MORE_MILLISECONDS: u64 = 200;

/// What a relay is made of.
#[derive(Clone)]
pub struct RelaySettings {
    /// Connections of the relay's own.
    pub pool: Pool,
    /// The database's journals.
    pub journals: Journals,
    /// Bells of journals that have grown.
    pub wakes: Wakes,
    /// Those who wait for built-in tokens in this process.
    pub hub: Hub,
    /// Where tokens that were made elsewhere are completed.
    pub completer: Arc<dyn WaitpointCompleter>,
    /// What this process is called among others.
    pub holder: String,
    /// The time.
    pub now: Clock,
    /// What rests are drawn by.
    pub chance: Chance,
    /// What is counted.
    pub metrics: RelayMetrics,
}

/// The relay of a process. Copies share everything.
#[derive(Clone)]
pub struct Relay {
    settings: RelaySettings,
    registrar: Registrar,
    intake: Intake,
    work: Arc<Notify>,
}

impl Relay {
    /// Makes the relay; [`Self::run`] has it work.
    #[must_use]
    pub fn new(settings: RelaySettings) -> Self {
        let work = Arc::new(Notify::new());
        Self {
            registrar: Registrar::new(settings.pool.clone(), work.clone()),
            intake: Intake::new(
                settings.pool.clone(),
                settings.hub.clone(),
                settings.metrics.clone(),
                settings.now.clone(),
            ),
            settings,
            work,
        }
    }

    /// Where tokens that were made elsewhere are registered.
    #[must_use]
    pub fn registrar(&self) -> &Registrar {
        &self.registrar
    }

    /// Where tokens that were made elsewhere are completed.
    #[must_use]
    pub fn completer(&self) -> &dyn WaitpointCompleter {
        self.settings.completer.as_ref()
    }

    /// Where engines wait for launches.
    #[must_use]
    pub fn desk(&self) -> &LaunchDesk {
        self.intake.desk()
    }

    /// Has the sender look at once, because something may have become due.
    pub fn ring(&self) {
        self.work.notify_one();
    }

    /// Works until told to stop; then finishes what was sent.
    pub async fn run(&self, shutdown: CancellationToken) {
        join3(
            self.take_in(&shutdown),
            self.send(&shutdown),
            self.forget(&shutdown),
        )
        .await;
    }

    async fn take_in(&self, shutdown: &CancellationToken) {
        let mut bells = self.bells();
        let (mut rest, mut gathering) = (Rest::default(), GATHERING);
        while !shutdown.is_cancelled() {
            bells.iter_mut().for_each(|(_, bell)| bell.mark_unchanged());
            let taken = tokio::select! {
                () = shutdown.cancelled() => return,
                taken = self.intake.run_once() => taken.unwrap_or_else(not_taken),
            };
            if taken.effects == 0 {
                gathering = GATHERING;
                let rang = select_all(bells.iter_mut().map(|(_, bell)| Box::pin(bell.changed())));
                rest.unless(rang, shutdown).await;
                continue;
            }
            rest = Rest::default();
            self.work.notify_one();
            if !taken.more {
                gathering
                    .unless(std::future::pending::<()>(), shutdown)
                    .await;
            }
        }
    }

    fn bells(&self) -> Vec<(JournalId, watch::Receiver<()>)> {
        let bell = |journal| Some((journal, self.settings.wakes.hear(journal)?));
        self.settings.journals.iter().filter_map(bell).collect()
    }

    async fn send(&self, shutdown: &CancellationToken) {
        let mut sender = Sender::new(self.settings.completer.clone(), self.sender_settings());
        let mut rest = Rest::default();
        while !shutdown.is_cancelled() {
            match sender.run_once(shutdown).await {
                Ok(Sent::Some(_) | Sent::NoTurn) => rest = Rest::default(),
                Ok(Sent::Nothing | Sent::Elsewhere) => {
                    rest.unless(self.work.notified(), shutdown).await;
                }
                Err(failure) => {
                    not_made("tokens were not completed", &failure);
                    rest.unless(std::future::pending::<()>(), shutdown).await;
                }
            }
        }
        if let Err(failure) = sender.release().await {
            not_made("the lease was not given back; it ends by itself", &failure);
        }
    }

    fn sender_settings(&self) -> SenderSettings {
        SenderSettings {
            pool: self.settings.pool.clone(),
            holder: self.settings.holder.clone(),
            now: self.settings.now.clone(),
            chance: self.settings.chance.clone(),
            metrics: self.settings.metrics.clone(),
        }
    }

    async fn forget(&self, shutdown: &CancellationToken) {
        let mut rest = Duration::from_secs(FORGET_SECONDS);
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = tokio::time::sleep(rest) => {}
            }
            rest = Duration::from_secs(FORGET_SECONDS);
            match forget(&self.settings.pool, (self.settings.now)()).await {
                Ok(count) if MANY <= count => {
                    rest = Duration::from_millis(FORGET_MORE_MILLISECONDS);
                }
                Ok(_) => {}
                Err(failure) => not_made("old effects were not forgotten", &failure),
            }
        }
    }
}

/// How long a loop rests: twice as long each time, up to a bound.
struct Rest {
    milliseconds: u64,
    longest: u64,
}

/// A lonely effect is taken in at once, and what comes under load in larger and larger batches.
const GATHERING: Rest = Rest {
    milliseconds: 1,
    longest: GATHER_MILLISECONDS_MAX,
};

impl Default for Rest {
    fn default() -> Self {
        Self {
            milliseconds: REST_MILLISECONDS_MIN,
            longest: REST_MILLISECONDS_MAX,
        }
    }
}

impl Rest {
    /// Rests, unless somebody rings or the process stops. Being rung begins the rests anew.
    async fn unless<Ring>(&mut self, rung: impl Future<Output = Ring>, stop: &CancellationToken) {
        tokio::select! {
            () = stop.cancelled() => {}
            _ = rung => self.milliseconds = REST_MILLISECONDS_MIN,
            () = tokio::time::sleep(Duration::from_millis(self.milliseconds)) => {
                self.milliseconds = (self.milliseconds * 2).min(self.longest);
            }
        }
    }
}

fn not_taken(failure: RelayFailure) -> Taken {
    not_made("effects were not taken in", &failure);
    Taken::default()
}

fn not_made(what: &'static str, failure: &RelayFailure) {
    let cause = std::error::Error::source(failure).map(ToString::to_string);
    tracing::warn!(error = %failure, cause, "{what}");
}
