//! A database, a service and an engine, each of which can be killed and started again.

use crate::npm::{Package, succeeds};
use crate::playground::Playground;
use crate::service::{Service, client};
use cli::key_commands::create;
use domain::{CampaignId, UserId};
use keys::Owner;
use serde_json::Value;
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::time::{Duration, Instant};
use testkit::{TestDatabase, new_user};
use tokio::process::Child;
use tokio_postgres::Config;
use tokio_postgres::config::Host;

const EXAMPLE: &str = "examples/engine";
const WAIT_SECONDS_MAX: u64 = 600;
/// A minute of the campaign's delays, for the engine.
const MINUTE_MS: &str = "1500";
const SENDS_PER_SECOND: &str = "150";

pub struct Stage {
    engine: Option<Child>,
    service: Service,
    package: Package,
    public: SocketAddr,
    internal: SocketAddr,
    key: String,
    internal_key: String,
    playground: Playground,
    /// Whose campaigns these are.
    pub user: UserId,
    pub database: TestDatabase,
}

/// What is sent once: a step to a prospect.
pub type Step = (String, String);

impl Stage {
    pub async fn set() -> Self {
        let package = Package::open(EXAMPLE).await;
        let mut build = package.command("npm");
        build.args(["run", "build"]);
        succeeds(build).await;
        let (database, playground) = (TestDatabase::create().await, Playground::new());
        let user = new_user();
        let key = create(database.sql(), Owner::User(user.0), None).await;
        let internal_key = create(database.sql(), Owner::Internal, None).await;
        let (public, internal) = (free_address(), free_address());
        let service = serve(&playground, &database, (public, internal)).await;
        Self {
            engine: None,
            service,
            package,
            public,
            internal,
            key: key.unwrap(),
            internal_key: internal_key.unwrap(),
            playground,
            user,
            database,
        }
    }

    /// Starts the engine, after it was killed too.
    pub fn start_engine(&mut self) {
        let mut command = self.package.command("node");
        command
            .arg("dist/src/main.js")
            .env("FERMATA_INTERNAL_URL", format!("http://{}", self.internal))
            .env("FERMATA_INTERNAL_KEY", &self.internal_key)
            .env("ENGINE_SENT_FILE", self.sent_file())
            .env("ENGINE_MINUTE_MS", MINUTE_MS)
            .env("ENGINE_SENDS_PER_SECOND", SENDS_PER_SECOND);
        self.engine = Some(command.spawn().unwrap());
    }

    pub async fn kill_engine(&mut self) {
        let mut engine = self.engine.take().expect("an engine that runs");
        engine.kill().await.unwrap();
    }

    /// Kills the service without a warning, and starts it anew at the same addresses.
    pub async fn crash_service(&mut self) {
        self.service.kill().await;
        let addresses = (self.public, self.internal);
        self.service = serve(&self.playground, &self.database, addresses).await;
    }

    /// `POST /api/campaigns/{id}/pause`, or another verb.
    pub async fn ask(&self, id: CampaignId, verb: &str) {
        let url = format!("http://{}/api/campaigns/{id}/{verb}", self.public);
        let asked = client().build().unwrap().post(url).bearer_auth(&self.key);
        let answer = asked.send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 200, "{answer:?}");
    }

    /// `GET /api/campaigns/{id}`.
    pub async fn look(&self, id: CampaignId) -> Value {
        let url = format!("http://{}/api/campaigns/{id}", self.public);
        let asked = client().build().unwrap().get(url).bearer_auth(&self.key);
        let text = asked.send().await.unwrap().text().await.unwrap();
        serde_json::from_str(&text).unwrap()
    }

    /// How often each step was sent to each prospect.
    pub fn sent(&self) -> BTreeMap<Step, u32> {
        let text = std::fs::read_to_string(self.sent_file()).unwrap_or_default();
        let mut sent = BTreeMap::new();
        // A line that is being written is not over yet.
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        for line in whole.lines() {
            let line: Value = serde_json::from_str(line).unwrap();
            let of = |name: &str| line[name].as_str().unwrap().to_owned();
            *sent.entry((of("prospect_id"), of("node_id"))).or_default() += 1;
        }
        sent
    }

    /// Waits until so many steps were sent.
    pub async fn until_sent(&self, count: usize) {
        let began = Instant::now();
        while self.sent().len() < count {
            self.is_in_time(began, "sends");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until the campaign is completed.
    pub async fn until_completed(&self, id: CampaignId) -> Value {
        let began = Instant::now();
        loop {
            let whole = self.look(id).await;
            if whole["campaign"]["status"] == "completed" {
                return whole;
            }
            self.is_in_time(began, "the end");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    fn is_in_time(&self, began: Instant, what: &str) {
        let waited = began.elapsed();
        let count = self.sent().len();
        assert!(
            waited < Duration::from_secs(WAIT_SECONDS_MAX),
            "waited in vain for {what}; {count} steps were sent"
        );
    }

    fn sent_file(&self) -> PathBuf {
        self.playground.path().join("sent.jsonl")
    }
}

async fn serve(
    playground: &Playground,
    database: &TestDatabase,
    (public, internal): (SocketAddr, SocketAddr),
) -> Service {
    let arguments = [
        "serve".to_owned(),
        format!("--database-url={}", url(database.config())),
        format!("--listen={public}"),
        format!("--internal-listen={internal}"),
        "--log=warn".to_owned(),
    ];
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut service = Service::spawn(playground.program(&arguments));
    service.listens().await;
    service
}

/// The database in the form that the program takes.
fn url(config: &Config) -> String {
    let host = match &config.get_hosts()[0] {
        Host::Tcp(host) => host.clone(),
        Host::Unix(path) => path.to_string_lossy().into_owned(),
    };
    let port = config.get_ports().first().copied().unwrap_or(5432);
    let (user, name) = (config.get_user().unwrap(), config.get_dbname().unwrap());
    format!("host={host} port={port} user={user} dbname={name}")
}

/// An address that was free a moment ago.
fn free_address() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap()
}
