//! The service, wired: lanes, wakes, waitpoint tokens, the relay, housekeeping and the two
//! listeners.
//!
//! `run` takes sockets that are already bound and a signal to stop, so that tests run exactly
//! what the program runs. Nothing is spawned that nobody waits for.

use crate::configuration::Configuration;
use crate::relay::{self, Elsewhere, Outside, RELAY_CONNECTIONS};
use crate::runs::Runs;
use crate::sealing::{self, Sealing};
use crate::{identities, rebuilding};
use commands::{Lanes, LanesSettings, Sources, forget_answers};
use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use event_store::{Announcer, Journals, Wakes, listen};
use keys::Keyring;
use ledger::Sealer;
use outbox::Starter;
use prometheus_client::registry::Registry;
use senders::Directory;
use std::io;
use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use tokio_postgres::{Config, NoTls};
use tokio_util::sync::CancellationToken;
use waitpoints::{Housekeeping, Hub, Timers, Tokens};
use web::{App, Feeds, Limits, Listeners, Meter, Places, RateLimit, Replays};

const HEAD_SECONDS_MAX: u64 = 5;
const BODY_SECONDS_MAX: u64 = 10;
const POOL_WAIT_SECONDS_MAX: u64 = 5;
const HOUSEKEEPING_SECONDS: u64 = 600;
/// What lanes get to end after the last request was answered or given up.
const LANES_END_SECONDS_MAX: u64 = 2;

/// What the service is made of.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The database.
    pub config: Config,
    /// Its journals.
    pub journals: Journals,
    /// Time and ids.
    pub sources: Sources,
    /// Threads of the public listener, and lanes that write at the same time.
    pub workers: NonZeroUsize,
    /// Connections for reading.
    pub read_connections: NonZeroUsize,
    /// Campaigns that each lane remembers.
    pub campaigns_remembered: NonZeroUsize,
    /// Requests a second of one key; none for no limit.
    pub rate_limit_per_second: Option<NonZeroU32>,
    /// Requests at once of one key.
    pub rate_limit_burst: NonZeroU32,
    /// Requests a second of one key about waitpoint tokens; none for no limit.
    pub token_rate_per_second: Option<NonZeroU32>,
    /// Requests at once of one key about waitpoint tokens.
    pub token_rate_burst: NonZeroU32,
    /// With what events are sealed; none for not at all.
    pub sealing: Option<Sealing>,
    /// How long a client may take to send a request's head.
    pub head_time_max: Duration,
    /// How long a client may take to send a request's body.
    pub body_time_max: Duration,
    /// How long shutdown may take.
    pub shutdown_time_max: Duration,
    /// Where tokens that were made elsewhere are completed.
    pub elsewhere: Elsewhere,
}

impl Settings {
    /// The settings of a configuration for a database.
    #[must_use]
    pub fn of(configuration: &Configuration, config: Config, journals: Journals) -> Self {
        Self {
            config,
            journals,
            sources: crate::sources::MACHINE,
            workers: configuration.workers,
            read_connections: configuration.read_connections,
            campaigns_remembered: configuration.campaigns_remembered,
            rate_limit_per_second: configuration.rate_limit_per_second,
            rate_limit_burst: configuration.rate_limit_burst,
            token_rate_per_second: configuration.token_rate_per_second,
            token_rate_burst: configuration.token_rate_burst,
            sealing: None,
            head_time_max: Duration::from_secs(HEAD_SECONDS_MAX),
            body_time_max: Duration::from_secs(BODY_SECONDS_MAX),
            shutdown_time_max: configuration.shutdown_time_max,
            elsewhere: configuration.elsewhere(),
        }
    }
}

/// Why the service ended.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The pool cannot be made.
    #[error("make the connection pool")]
    Pool(#[from] deadpool_postgres::BuildError),
    /// The settings of Trigger.dev cannot be used.
    #[error("reach Trigger.dev")]
    Trigger(#[from] outbox::TriggerError),
    /// A listener failed.
    #[error("serve the listeners")]
    Serve(#[from] io::Error),
}

/// Serves until told to stop, then finishes what was taken.
///
/// # Errors
/// When a listener cannot be served.
pub async fn run(
    settings: &Settings,
    listeners: Listeners,
    shutdown: CancellationToken,
) -> Result<(), RunError> {
    let pool = pool(settings.config.clone(), settings.read_connections.get())?;
    let mut registry = Registry::default();
    let wakes = Wakes::new(settings.journals);
    let announcer = Announcer::default();
    let directory = Directory::new(Instant::now);
    let (lanes, mut running) =
        start_lanes(settings, (&wakes, &announcer), &directory, &mut registry);
    let hub = Hub::new(pool.clone());
    let tokens = tokens(settings, &pool, &hub);
    let Outside { relay, starter } = outside(settings, &wakes, &tokens, &mut registry)?;
    let runs = start_runs(starter, &lanes, shutdown.clone());
    let sealer = sealing::sealer(settings, &mut registry);
    let keyring = Arc::new(Keyring::new(pool.clone(), Instant::now));
    let feeds = Feeds::new(pool.clone(), wakes.clone(), settings.journals);
    let app = App {
        lanes,
        pool: pool.clone(),
        places: Places::default(),
        replays: Replays::default(),
        keyring: keyring.clone(),
        relay: relay.clone(),
        senders: directory.clone(),
        rate_limit: rate_limit(settings),
        tokens: tokens.clone(),
        meter: meter(settings),
        feeds: feeds.clone(),
        closing: shutdown.clone(),
        sources: settings.sources,
        metrics: web::Metrics::register(&mut registry),
        registry: Arc::new(registry),
        limits: limits(settings),
    };
    let background = CancellationToken::new();
    let serve = async {
        let served = web::serve(listeners, app, shutdown).await;
        end_lanes(&mut running).await;
        background.cancel();
        served
    };
    let waiting = wait_for_tokens(&tokens, &hub, background.clone());
    let (served, (), (), (), (), (), (), (), ()) = tokio::join!(
        serve,
        runs,
        waiting,
        announcer.run(&settings.config, background.clone()),
        hear_others(settings, &wakes, &keyring, &directory, background.clone()),
        keep_house(&pool, background.clone()),
        relay.run(background.clone()),
        feeds.run(background.clone()),
        look_after_the_log(sealer, &pool, settings, background.clone()),
    );
    Ok(served?)
}

fn start_lanes(
    settings: &Settings,
    (wakes, announcer): (&Wakes, &Announcer),
    directory: &Directory,
    registry: &mut Registry,
) -> (Lanes, JoinSet<()>) {
    Lanes::start(&LanesSettings {
        config: settings.config.clone(),
        journals: settings.journals,
        sources: settings.sources,
        wakes: wakes.clone(),
        announcer: announcer.clone(),
        metrics: commands::Metrics::register(registry),
        senders: directory.clone(),
        campaigns_remembered_max: settings.campaigns_remembered,
        writers_max: settings.workers,
    })
}

/// The relay has connections of its own.
fn outside(
    settings: &Settings,
    wakes: &Wakes,
    tokens: &Tokens,
    registry: &mut Registry,
) -> Result<Outside, RunError> {
    let pool = pool(relay::planning(&settings.config), RELAY_CONNECTIONS)?;
    Ok(relay::make(settings, pool, wakes, tokens, registry)?)
}

/// Starts runs until the service ends: before the lanes do, because it may change campaigns.
fn start_runs(
    starter: Option<Starter>,
    lanes: &Lanes,
    closing: CancellationToken,
) -> impl Future<Output = ()> + use<> {
    let runs = starter.map(|starter| Runs::new(starter, lanes.clone()));
    async move {
        if let Some(runs) = runs {
            runs.run(&closing).await;
        }
    }
}

/// What is done beside the way of commands: the log is sealed, rows are rebuilt from it, and people are
/// brought to the rules of this program.
async fn look_after_the_log(
    sealer: Option<Sealer>,
    pool: &Pool,
    settings: &Settings,
    shutdown: CancellationToken,
) {
    let sealing = async {
        if let Some(sealer) = sealer {
            sealer.run(&settings.config, shutdown.clone()).await;
        }
    };
    let rebuilding = rebuilding::run(pool, &settings.config, settings.journals, shutdown.clone());
    let identities = identities::run(pool, shutdown.clone());
    tokio::join!(sealing, rebuilding, identities);
}

/// The last handle to the lanes went with the app: they finish what they have and end. What is left
/// when requests ran out of time has nobody waiting for its answer.
async fn end_lanes(running: &mut JoinSet<()>) {
    let ended = async { while running.join_next().await.is_some() {} };
    let patience = Duration::from_secs(LANES_END_SECONDS_MAX);
    if tokio::time::timeout(patience, ended).await.is_err() {
        tracing::warn!(
            "some lanes did not end in time; whether their last batch happened, the log says"
        );
        running.shutdown().await;
    }
}

fn rate_limit(settings: &Settings) -> Arc<RateLimit> {
    Arc::new(RateLimit::new(
        settings.rate_limit_per_second,
        settings.rate_limit_burst,
    ))
}

/// What other processes announce: journals that have grown, keys and senders that changed.
async fn hear_others(
    settings: &Settings,
    wakes: &Wakes,
    keyring: &Keyring,
    directory: &Directory,
    shutdown: CancellationToken,
) {
    let forget_keys = || keyring.forget_all();
    let sender_changed = |announced: Option<&str>| match announced {
        Some(announced) => directory.forget(announced),
        None => directory.forget_all(),
    };
    listen(
        &settings.config,
        wakes,
        forget_keys,
        sender_changed,
        shutdown,
    )
    .await;
}

fn meter(settings: &Settings) -> Arc<Meter> {
    Arc::new(Meter::new(
        settings.token_rate_per_second,
        settings.token_rate_burst,
    ))
}

fn pool(config: Config, connections: usize) -> Result<Pool, deadpool_postgres::BuildError> {
    let recycling = ManagerConfig {
        recycling_method: RecyclingMethod::Fast,
    };
    let manager = Manager::from_config(config, NoTls, recycling);
    Pool::builder(manager)
        .max_size(connections)
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(Duration::from_secs(POOL_WAIT_SECONDS_MAX)))
        .create_timeout(Some(Duration::from_secs(POOL_WAIT_SECONDS_MAX)))
        .build()
}

fn tokens(settings: &Settings, pool: &Pool, hub: &Hub) -> Tokens {
    let sources = waitpoints::Sources {
        now: settings.sources.now,
        random: crate::sources::random,
    };
    Tokens::new(pool.clone(), settings.journals, sources, hub.clone())
}

/// What goes on about tokens without being asked: those who wait are told, time runs out, and what
/// is long over is removed.
async fn wait_for_tokens(tokens: &Tokens, hub: &Hub, shutdown: CancellationToken) {
    let timers = Timers::new(tokens.clone());
    let housekeeping = Housekeeping::new(tokens.clone());
    tokio::join!(
        hub.run(shutdown.clone()),
        timers.run(shutdown.clone()),
        housekeeping.run(shutdown),
    );
}

fn limits(settings: &Settings) -> Limits {
    Limits {
        workers: settings.workers,
        head_time_max: settings.head_time_max,
        body_time_max: settings.body_time_max,
        shutdown_time_max: settings.shutdown_time_max,
    }
}

/// Forgets old answers, a bounded step at a time.
async fn keep_house(pool: &Pool, shutdown: CancellationToken) {
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(Duration::from_secs(HOUSEKEEPING_SECONDS)) => {}
        }
        let Ok(client) = pool.get().await else {
            continue;
        };
        match forget_answers(&client).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "forgot old stored answers"),
            Err(error) => tracing::warn!(%error, "old stored answers were not forgotten"),
        }
    }
}
