//! Lanes as one process has them, without HTTP around.

use commands::{Failure, Lanes, LanesSettings, Metrics, Origin, Request, Sources, Verdict};
use domain::{CampaignId, Command, UserId};
use event_store::{Actor, Announcer, Connection, Journals, Wakes, connect};
use prometheus_client::encoding::text::encode;
use prometheus_client::registry::Registry;
use senders::{Directory, Put, Sender};
use std::num::NonZeroUsize;
use std::time::Instant;
use tokio::sync::OnceCell;
use tokio::task::JoinSet;
use tokio_postgres::Config;

/// A process's lanes. They end when this is dropped.
pub struct TestLanes {
    lanes: Lanes,
    /// Nobody listens to what is announced: see [`Self::hear_of_senders`].
    senders: Directory,
    config: Config,
    /// For what is written outside of the lanes.
    beside: OnceCell<Connection>,
    registry: Registry,
    /// Kept so that the lanes live as long as this does.
    _running: JoinSet<()>,
}

impl TestLanes {
    /// Lanes that reach the database by `config`, where their connections are called `process`.
    #[must_use]
    pub fn named(config: &Config, process: &str) -> Self {
        Self::with_sources(config, process, cli::sources::MACHINE)
    }

    /// The same, whose clock and ids come from somewhere else.
    #[must_use]
    pub fn with_sources(config: &Config, process: &str, sources: Sources) -> Self {
        let mut registry = Registry::default();
        let senders = Directory::new(Instant::now);
        let (lanes, running) = Lanes::start(&LanesSettings {
            config: config.clone().application_name(process).clone(),
            journals: Journals::DEFAULT,
            sources,
            wakes: Wakes::new(Journals::DEFAULT),
            announcer: Announcer::default(),
            metrics: Metrics::register(&mut registry),
            senders: senders.clone(),
            campaigns_remembered_max: NonZeroUsize::new(1_000).unwrap_or(NonZeroUsize::MIN),
            writers_max: NonZeroUsize::new(2).unwrap_or(NonZeroUsize::MIN),
        });
        Self {
            lanes,
            senders,
            config: config.clone(),
            beside: OnceCell::new(),
            registry,
            _running: running,
        }
    }

    /// Has `command` decided on a campaign of `user`.
    ///
    /// # Errors
    /// When the machine failed.
    pub async fn ask(
        &self,
        user: UserId,
        campaign: CampaignId,
        command: Command,
    ) -> Result<Verdict, Failure> {
        self.submit(user, request(user, campaign, command)).await
    }

    /// Has a request decided in the journal of `user`.
    ///
    /// # Errors
    /// When the machine failed.
    pub async fn submit(&self, user: UserId, request: Request) -> Result<Verdict, Failure> {
        self.lanes
            .submit(self.lanes.journal_of(user), request)
            .await
    }

    /// Registers a sender account, or changes it.
    pub async fn put_sender(&self, sender: &Sender) -> Put {
        let beside = async || connect(&self.config).await;
        let beside = self.beside.get_or_try_init(beside).await.unwrap();
        senders::put(&beside.client, sender).await.unwrap()
    }

    /// What a process does that hears of changed sender accounts.
    pub fn hear_of_senders(&self) {
        self.senders.forget_all();
    }

    /// How often batches ended with `outcome`: `committed`, `lost_head`, `refused`, `unknown`.
    #[must_use]
    pub fn batches(&self, outcome: &str) -> u64 {
        let mut text = String::new();
        encode(&mut text, &self.registry).expect("metrics have a text");
        let name = format!("fermata_batches_total{{outcome=\"{outcome}\"}} ");
        let line = text.lines().find_map(|line| line.strip_prefix(&name));
        line.map_or(0, |count| count.parse().expect("a count"))
    }
}

/// A tenant's request without conditions.
#[must_use]
pub fn request(user: UserId, campaign: CampaignId, command: Command) -> Request {
    Request {
        campaign_id: campaign,
        tenant: Some(user),
        command,
        people: None,
        expected: None,
        origin: Origin::of(Actor::Operator {
            name: "test".to_owned(),
        }),
        remember: None,
    }
}
