//! The whole service, as the program runs it, on sockets and a database of the test's own.

use crate::database::LastLook;
use crate::elsewhere::runtime;
use crate::{Answer, Call, RawConnection, Script, TestDatabase, Wire, new_user};
use cli::key_commands::create;
use cli::relay::Elsewhere;
use cli::service::{self, RunError, Settings};
use commands::Verdict;
use domain::{AccountId, CampaignId, Command, UserId};
use event_store::Recorded;
use keys::Owner;
use outbox::WaitingEffect;
use reqwest::header::{CONNECTION, HeaderMap, HeaderValue};
use reqwest::{Client, Method};
use senders::Sender;
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::num::{NonZeroU32, NonZeroUsize};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use web::Listeners;

/// A user with a key.
#[derive(Debug, Clone)]
pub struct Tenant {
    /// Who.
    pub user_id: UserId,
    /// Their key.
    pub key: String,
}

/// A running service. Ends, and has its database checked, when it is dropped.
pub struct TestApp {
    service: Option<Service>,
    client: Client,
    public: SocketAddr,
    internal: SocketAddr,
    database: TestDatabase,
}

struct Service {
    shutdown: CancellationToken,
    thread: JoinHandle<Result<(), RunError>>,
}

impl TestApp {
    /// Starts the service with the settings of a test: one worker, no rate limit.
    pub async fn spawn() -> Self {
        Self::spawn_with(|_| ()).await
    }

    /// Starts the service with settings of the test's choosing.
    pub async fn spawn_with(choose: impl FnOnce(&mut Settings)) -> Self {
        Self::spawn_on(TestDatabase::create().await, choose)
    }

    /// Starts the service on a database that a test has prepared.
    pub fn spawn_over(database: TestDatabase) -> Self {
        Self::spawn_on(database, |_| ())
    }

    fn spawn_on(database: TestDatabase, choose: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = settings(&database);
        choose(&mut settings);
        let (public, internal) = (bind(), bind());
        let client = client();
        Self {
            public: public.local_addr().expect("a bound socket"),
            internal: internal.local_addr().expect("a bound socket"),
            service: Some(Service::start(settings, Listeners { public, internal })),
            client,
            database,
        }
    }

    /// Starts the service on a wire to its database, which the test can cut.
    pub async fn spawn_on_a_wire() -> (Self, Wire) {
        let database = TestDatabase::create().await;
        let wire = database.wire().await;
        let config = wire.config().clone();
        let app = Self::spawn_on(database, |settings| settings.config = config);
        (app, wire)
    }

    /// For a test that damages its database on purpose.
    #[must_use]
    pub fn unchecked(mut self) -> Self {
        self.database.last_look = LastLook::Nothing;
        self
    }

    /// Ends the service and checks its database, as dropping does.
    pub async fn stop(self) {
        // Connections that are still open belong to tasks that end once they are let run.
        tokio::task::yield_now().await;
        drop(self);
    }

    /// The database.
    #[must_use]
    pub fn database(&self) -> &TestDatabase {
        &self.database
    }

    /// A client of the database, for anything.
    #[must_use]
    pub fn sql(&self) -> &tokio_postgres::Client {
        self.database.sql()
    }

    /// A new user with a key.
    pub async fn tenant(&self) -> Tenant {
        self.tenant_of(new_user()).await
    }

    /// One more key for a user.
    pub async fn tenant_of(&self, user_id: UserId) -> Tenant {
        let key = create(self.sql(), Owner::User(user_id.0), None)
            .await
            .expect("a key");
        Tenant { user_id, key }
    }

    /// A new key for the internal listener.
    pub async fn internal_key(&self) -> String {
        create(self.sql(), Owner::Internal, None)
            .await
            .expect("a key")
    }

    /// A mailbox of the tenant's that may send; the same one each time.
    pub async fn mailbox(&self, tenant: &Tenant) -> AccountId {
        let id = AccountId(Uuid::from_u128(tenant.user_id.0.as_u128() ^ 1));
        let sender = Sender::active_mailbox(tenant.user_id, id, "mailbox@example.com");
        self.register(&sender).await;
        id
    }

    /// A LinkedIn profile of the tenant's that can be reached; the same one each time.
    pub async fn profile(&self, tenant: &Tenant) -> AccountId {
        let id = AccountId(Uuid::from_u128(tenant.user_id.0.as_u128() ^ 2));
        let sender = Sender::connected_profile(tenant.user_id, id, "Test Profile");
        self.register(&sender).await;
        id
    }

    async fn register(&self, sender: &Sender) {
        let known = senders::find(self.sql(), sender.id).await.expect("a look");
        if known.is_none() {
            self.database.maker().put_sender(sender).await;
        }
    }

    /// A campaign to be brought where the test wants it.
    pub fn campaign(&self, tenant: &Tenant) -> Script<'_> {
        Script::new(self.database.maker(), tenant.user_id)
    }

    /// A draft of three prospects.
    pub async fn draft_campaign(&self, tenant: &Tenant) -> CampaignId {
        self.campaign(tenant).draft().await
    }

    /// A campaign handed to the engine.
    pub async fn launching_campaign(&self, tenant: &Tenant) -> CampaignId {
        self.campaign(tenant).launching().await
    }

    /// A campaign under way.
    pub async fn active_campaign(&self, tenant: &Tenant) -> CampaignId {
        self.campaign(tenant).active().await
    }

    /// A campaign that is held.
    pub async fn paused_campaign(&self, tenant: &Tenant) -> CampaignId {
        self.campaign(tenant).paused().await
    }

    /// A campaign with every prospect done.
    pub async fn completed_campaign(&self, tenant: &Tenant) -> CampaignId {
        self.campaign(tenant).completed().await
    }

    /// Has a command decided by another process, and expects it to be accepted.
    pub async fn elsewhere(&self, tenant: &Tenant, id: CampaignId, command: Command) {
        let done = self.database.maker().ask(tenant.user_id, id, command).await;
        assert!(
            matches!(done, Ok(Verdict::Done(_) | Verdict::Deleted)),
            "{done:?}"
        );
    }

    /// A request to the public listener without a key.
    pub fn public(&self, method: &str, path: &str) -> Call {
        self.call(self.public, method, path)
    }

    /// A request to the internal listener without a key.
    pub fn internal(&self, method: &str, path: &str) -> Call {
        self.call(self.internal, method, path)
    }

    /// A request of a tenant to the public listener.
    pub fn ask(&self, tenant: &Tenant, method: &str, path: &str) -> Call {
        self.public(method, path).bearer(&tenant.key)
    }

    /// A request of a tenant about a campaign: `path` is what follows its id.
    pub fn about(&self, tenant: &Tenant, method: &str, id: CampaignId, path: &str) -> Call {
        self.ask(tenant, method, &format!("/api/campaigns/{id}{path}"))
    }

    /// `POST /api/campaigns/{id}/pause`.
    pub fn pause(&self, tenant: &Tenant, id: CampaignId) -> Call {
        self.public("POST", &format!("/api/campaigns/{id}/pause"))
            .bearer(&tenant.key)
    }

    /// `POST /api/campaigns/{id}/resume`.
    pub fn resume(&self, tenant: &Tenant, id: CampaignId) -> Call {
        self.public("POST", &format!("/api/campaigns/{id}/resume"))
            .bearer(&tenant.key)
    }

    /// `GET /api/campaigns/{id}`.
    pub fn get(&self, tenant: &Tenant, id: CampaignId) -> Call {
        self.public("GET", &format!("/api/campaigns/{id}"))
            .bearer(&tenant.key)
    }

    /// A request about the leads of a campaign, with a query or none.
    pub fn leads(&self, tenant: &Tenant, method: &str, id: CampaignId, query: &str) -> Call {
        self.public(method, &format!("/api/campaigns/{id}/leads{query}"))
            .bearer(&tenant.key)
    }

    /// `GET /api/campaigns`.
    pub fn list(&self, tenant: &Tenant) -> Call {
        self.public("GET", "/api/campaigns").bearer(&tenant.key)
    }

    /// A connection to the public listener on which the test decides every byte.
    pub async fn raw(&self) -> RawConnection {
        RawConnection::open(self.public).await
    }

    /// The same to the internal listener.
    pub async fn raw_internal(&self) -> RawConnection {
        RawConnection::open(self.internal).await
    }

    /// Where the internal listener is, as in `http://127.0.0.1:1234`.
    #[must_use]
    pub fn internal_url(&self) -> String {
        format!("http://{}", self.internal)
    }

    /// Where the public listener is.
    #[must_use]
    pub fn public_url(&self) -> String {
        format!("http://{}", self.public)
    }

    /// The metrics in the OpenMetrics text format.
    pub async fn metrics(&self) -> Answer {
        self.internal("GET", "/metrics")
            .bearer(&self.internal_key().await)
            .await
    }

    /// The whole history of a campaign.
    pub async fn events(&self, id: CampaignId) -> Vec<Recorded> {
        self.database.events(id).await
    }

    /// The effects that wait because of a campaign.
    pub async fn effects(&self, id: CampaignId) -> Vec<WaitingEffect> {
        self.database.effects(id).await
    }

    /// Panics with the first difference between the rows and a replay of the log.
    pub async fn rows_equal_replay(&self) {
        self.database.rows_equal_replay().await;
    }

    /// Panics when positions, versions or times have a gap or go backwards.
    pub async fn positions_are_dense(&self) {
        self.database.positions_are_dense().await;
    }

    /// A checksum of every table: of every row, whatever their order. What happened so far has
    /// been taken in by the relay.
    pub async fn checksums(&self) -> BTreeMap<String, String> {
        self.database.relayed().await;
        self.taken_in().await;
        self.database.checksums().await
    }

    /// Waits until nothing moves: effects are taken in, and tokens are completed that can be.
    pub async fn settle(&self) {
        self.taken_in().await;
        self.database.sent().await;
        self.database.settle().await;
    }

    /// Waits until the relay has taken in every effect of what happened so far.
    pub async fn taken_in(&self) {
        self.database.taken_in().await;
    }

    fn call(&self, address: SocketAddr, method: &str, path: &str) -> Call {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        Call::new(&self.client, method, format!("http://{address}{path}"))
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        if let Some(service) = self.service.take() {
            service.stop();
        }
    }
}

impl Service {
    /// On a thread of its own, so that it can be waited for from `drop`.
    fn start(settings: Settings, listeners: Listeners) -> Self {
        let shutdown = CancellationToken::new();
        let stop = shutdown.clone();
        let serve = move || runtime().block_on(service::run(&settings, listeners, stop));
        let thread = std::thread::Builder::new()
            .name("service".to_owned())
            .spawn(serve);
        Self {
            shutdown,
            thread: thread.expect("a thread"),
        }
    }

    fn stop(self) {
        self.shutdown.cancel();
        let ended = self.thread.join();
        if !std::thread::panicking() {
            ended
                .expect("a service that does not panic")
                .expect("a service that ends well");
        }
    }
}

fn settings(database: &TestDatabase) -> Settings {
    let count = |number| NonZeroUsize::new(number).unwrap_or(NonZeroUsize::MIN);
    Settings {
        config: database
            .config()
            .clone()
            .application_name("service")
            .clone(),
        journals: database.journals(),
        sources: cli::sources::MACHINE,
        workers: count(1),
        read_connections: count(4),
        campaigns_remembered: count(1_000),
        rate_limit_per_second: None,
        rate_limit_burst: NonZeroU32::MIN,
        token_rate_per_second: NonZeroU32::new(5_000),
        token_rate_burst: NonZeroU32::new(25_000).unwrap_or(NonZeroU32::MIN),
        sealing: None,
        head_time_max: Duration::from_secs(60),
        body_time_max: Duration::from_secs(60),
        shutdown_time_max: Duration::from_secs(1),
        elsewhere: Elsewhere::BuiltIn,
    }
}

fn bind() -> TcpListener {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port")
}

/// Closes each connection after its answer, so that no idle one holds up the service's end.
fn client() -> Client {
    // TLS has to have a provider, even where it is not used. Somebody was first, which is as good.
    let _installed = rustls::crypto::ring::default_provider().install_default();
    let headers = HeaderMap::from_iter([(CONNECTION, HeaderValue::from_static("close"))]);
    Client::builder()
        .default_headers(headers)
        .no_proxy()
        .build()
        .expect("a client")
}
