//! A relay's parts on a database of the test's own, stepped by the test.

use crate::recorder::Recorder;
use chrono::{DateTime, TimeDelta, Utc};
use commands::Verdict;
use deadpool_postgres::{Manager, Pool};
use domain::{CampaignId, Command, ProspectId, TokenKind, UserId};
use event_store::JournalId;
use outbox::{
    ForeignToken, Intake, Registered, Registrar, RelayMetrics, Sender, SenderSettings, Sent,
    WaitpointCompleter,
};
use prometheus_client::registry::Registry;
use serde_json::Value;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use testkit::{Script, TestDatabase, new_user};
use tokio::sync::Notify;
use tokio_postgres::{Config, NoTls};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use waitpoints::Hub;

pub struct Stage {
    pub database: TestDatabase,
    pub user: UserId,
    pub pool: Pool,
    pub intake: Intake,
    pub registrar: Registrar,
    pub recorder: Arc<Recorder>,
    pub clock: Clock,
    pub sender: Sender,
}

/// A clock that a test can move.
#[derive(Clone)]
pub struct Clock {
    ahead_ms: Arc<AtomicI64>,
    frozen: Arc<Mutex<Option<DateTime<Utc>>>>,
}

impl Clock {
    fn new() -> Self {
        Self {
            ahead_ms: Arc::default(),
            frozen: Arc::default(),
        }
    }

    /// From now on time only passes by [`Self::pass`].
    pub fn freeze(&self) {
        let now = self.now();
        *self.frozen.lock().unwrap() = Some(now);
        self.ahead_ms.store(0, Ordering::SeqCst);
    }

    pub fn pass(&self, time: TimeDelta) {
        self.ahead_ms
            .fetch_add(time.num_milliseconds(), Ordering::SeqCst);
    }

    pub fn now(&self) -> DateTime<Utc> {
        let base = self.frozen.lock().unwrap().unwrap_or_else(Utc::now);
        base + TimeDelta::milliseconds(self.ahead_ms.load(Ordering::SeqCst))
    }
}

impl Stage {
    pub async fn set() -> Self {
        Self::with(Recorder::willing()).await
    }

    pub async fn with(recorder: Arc<Recorder>) -> Self {
        let database = TestDatabase::create().await;
        let pool = pool(database.config());
        let clock = Clock::new();
        let sender = sender(&pool, recorder.clone(), &clock, "first");
        Self {
            user: new_user(),
            intake: intake(&pool),
            registrar: Registrar::new(pool.clone(), Arc::new(Notify::new())),
            pool,
            recorder,
            clock,
            sender,
            database,
        }
    }

    pub fn journal(&self) -> JournalId {
        self.database.journal_of(self.user)
    }

    /// A campaign under way, whose start is taken in.
    pub async fn active(&self) -> CampaignId {
        let id = self.active_of(self.user).await;
        self.take_in().await;
        id
    }

    pub async fn active_of(&self, user: UserId) -> CampaignId {
        let id = Script::new(self.database.maker(), user).active().await;
        self.sleep_on(self.database.journal_of(user), id).await;
        id
    }

    /// Has wakes of a campaign written, as its first built-in token does.
    pub async fn sleep_on(&self, journal: JournalId, id: CampaignId) {
        let mark = "INSERT INTO slept_on VALUES ($1, $2)";
        let client = self.database.sql();
        client.execute(mark, &[&journal.0, &id.0]).await.unwrap();
    }

    pub async fn pause(&self, id: CampaignId) {
        self.ask(self.user, id, Command::Pause).await;
    }

    pub async fn resume(&self, id: CampaignId) {
        self.ask(self.user, id, Command::Resume).await;
    }

    pub async fn ask(&self, user: UserId, id: CampaignId, command: Command) {
        let done = self.database.maker().ask(user, id, command).await;
        assert!(
            matches!(done, Ok(Verdict::Done(_) | Verdict::Deleted)),
            "{done:?}"
        );
    }

    /// Registers `count` tokens that have to wait; returns their ids.
    pub async fn sleepers(&self, id: CampaignId, kind: TokenKind, count: usize) -> Vec<String> {
        let tokens = tokens(kind, count);
        for thousand in tokens.chunks(1_000) {
            let came = self.registrar.register(id, thousand).await.unwrap();
            assert!(came.unwrap().iter().all(|came| *came == Registered::Now));
        }
        tokens.iter().map(|token| token.id.to_string()).collect()
    }

    /// Takes everything in.
    pub async fn take_in(&self) {
        while self.intake.run_once().await.unwrap().effects != 0 {}
    }

    /// Takes everything in and sends everything that can be sent now.
    pub async fn deliver(&mut self) {
        self.take_in().await;
        self.send_all().await;
    }

    pub async fn send_all(&mut self) {
        let stop = CancellationToken::new();
        while self.sender.run_once(&stop).await.unwrap() != Sent::Nothing {}
    }

    pub async fn send_once(&mut self) -> Sent {
        let stop = CancellationToken::new();
        self.sender.run_once(&stop).await.unwrap()
    }

    /// Another process's sender; the lease of the first has run out.
    pub async fn succeed(&mut self, recorder: Arc<Recorder>) {
        let expire = "UPDATE leases SET until = '-infinity'";
        self.database.sql().execute(expire, &[]).await.unwrap();
        self.sender = sender(&self.pool, recorder.clone(), &self.clock, "second");
        self.recorder = recorder;
    }

    pub async fn count(&self, what: &str) -> i64 {
        let count = format!("SELECT count(*) FROM {what}");
        self.database
            .sql()
            .query_one(&count, &[])
            .await
            .unwrap()
            .get(0)
    }

    /// The deliveries of a campaign that tell tokens something: what, where they are, and why.
    pub async fn deliveries(&self, id: CampaignId) -> Vec<(String, String, Option<String>)> {
        let look = "SELECT told, state, reason FROM deliveries
                    WHERE campaign_id = $1 AND kind <> 'start_run' ORDER BY position";
        let rows = self.database.sql().query(look, &[&id.0]).await.unwrap();
        rows.iter()
            .map(|row| (row.get(0), row.get(1), row.get(2)))
            .collect()
    }

    /// The same without the reasons.
    pub async fn states(&self, id: CampaignId) -> Vec<(String, String)> {
        let deliveries = self.deliveries(id).await;
        deliveries
            .into_iter()
            .map(|(told, state, _)| (told, state))
            .collect()
    }
}

/// Pairs of words, as a test writes them.
pub fn pairs(words: &[(&str, &str)]) -> Vec<(String, String)> {
    words
        .iter()
        .map(|(one, other)| ((*one).to_owned(), (*other).to_owned()))
        .collect()
}

pub fn pool(config: &Config) -> Pool {
    let manager = Manager::new(config.clone(), NoTls);
    Pool::builder(manager).max_size(4).build().unwrap()
}

pub fn intake(pool: &Pool) -> Intake {
    let metrics = RelayMetrics::register(&mut Registry::default());
    Intake::new(
        pool.clone(),
        Hub::new(pool.clone()),
        metrics,
        Arc::new(Utc::now),
    )
}

pub fn sender(
    pool: &Pool,
    completer: Arc<dyn WaitpointCompleter>,
    clock: &Clock,
    holder: &str,
) -> Sender {
    let clock = clock.clone();
    let settings = SenderSettings {
        pool: pool.clone(),
        holder: holder.to_owned(),
        now: Arc::new(move || clock.now()),
        chance: Arc::new(rand::random),
        metrics: RelayMetrics::register(&mut Registry::default()),
    };
    Sender::new(completer, settings)
}

/// Tokens that nobody else has.
pub fn tokens(kind: TokenKind, count: usize) -> Vec<ForeignToken> {
    (0..count).map(|_| token(kind)).collect()
}

pub fn token(kind: TokenKind) -> ForeignToken {
    let unique = Uuid::now_v7();
    ForeignToken {
        id: format!("c{}", unique.simple()).parse().unwrap(),
        prospect_id: ProspectId(unique),
        kind,
    }
}

/// What every token was completed with, if with the same.
pub fn told_alike(recorder: &Recorder, output: &Value) -> bool {
    recorder.told().iter().all(|(_, told)| told == output)
}
