//! A running service with tenants whose campaigns are active, and a way past it into its database.

use crate::clients::Addresses;
use crate::playground::Playground;
use crate::service::Service;
use crate::tenants::{Tenant, settle};
use event_store::{Connection, Journals, connect, find_journals};
use private_postgres::{Durability, PrivatePostgres, ProgramSearch, Settings};
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::sync::Arc;
use std::time::Duration;
use tokio_postgres::Config;

const TENANTS: usize = 6;
const CONNECT_SECONDS_MAX: u64 = 60;

/// Makes a commit take long between the answers of its statements and its own, so that a fault is
/// likely to come in between. Once a transaction, when it commits.
const LONG_COMMITS: &str = "
    CREATE FUNCTION linger() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF current_setting('test.lingered', true) IS DISTINCT FROM 'yes' THEN
            PERFORM set_config('test.lingered', 'yes', true), pg_sleep(0.01);
        END IF;
        RETURN NULL;
    END
    $$;
    CREATE CONSTRAINT TRIGGER commits_linger AFTER INSERT ON effects
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION linger()";

/// Services go first, or they would start the database again that the playground stops.
pub struct World {
    /// The one that faults befall.
    pub service: Service,
    neighbours: Vec<Service>,
    pub urls: Addresses,
    pub tenants: Arc<[Tenant]>,
    pub journals: Journals,
    pub dice: StdRng,
    pub database: Config,
    pub playground: Playground,
}

impl World {
    /// With so many services on one database.
    pub async fn new(seed: u64, services: usize) -> Self {
        let playground = Playground::new();
        let service = Service::start(&playground, &[]).await;
        let mut neighbours = Vec::new();
        for _ in 1..services {
            neighbours.push(Service::start(&playground, &[]).await);
        }
        let database = database_of(&playground).await;
        let connection = connect(&database).await.unwrap();
        let journals = find_journals(&connection.client).await.unwrap();
        connection.client.batch_execute(LONG_COMMITS).await.unwrap();
        let tenants = settle(&playground, &database, journals, TENANTS).await;
        let world = Self {
            urls: Addresses::new(vec![]),
            service,
            neighbours,
            tenants: tenants.into(),
            journals,
            dice: StdRng::seed_from_u64(seed),
            database,
            playground,
        };
        world.tell_addresses();
        world
    }

    /// Whether commits take long. For between two loads.
    pub async fn set_long_commits(&self, long: bool) {
        let able = if long { "ENABLE" } else { "DISABLE" };
        let statement = format!("ALTER TABLE effects {able} TRIGGER commits_linger");
        self.connect()
            .await
            .client
            .batch_execute(&statement)
            .await
            .unwrap();
    }

    /// Kills the service, if it has not ended yet, and starts it anew.
    pub async fn start_again(&mut self) {
        self.start_again_with(&[]).await;
    }

    /// The same with more arguments.
    pub async fn start_again_with(&mut self, arguments: &[&str]) {
        self.service.kill().await;
        self.tell_addresses();
        self.service = Service::start(&self.playground, arguments).await;
        self.tell_addresses();
    }

    /// The clients learn which services there are.
    fn tell_addresses(&self) {
        let running = self
            .neighbours
            .iter()
            .chain([&self.service])
            .filter(|it| !it.url.is_empty());
        self.urls
            .send_replace(running.map(|service| service.url.clone()).collect());
    }

    /// A connection to the database, when it is there again.
    pub async fn connect(&self) -> Connection {
        let trying = async {
            loop {
                match connect(&self.database).await {
                    Ok(connection) => return connection,
                    Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(CONNECT_SECONDS_MAX), trying)
            .await
            .expect("the database is there again in time")
    }
}

/// How to connect, learned as another user of the running cluster.
pub async fn database_of(playground: &Playground) -> Config {
    let settings = Settings {
        data_directory: playground.data.clone(),
        durability: Durability::Full,
        programs: ProgramSearch::machine(std::env::var_os("PATH")),
        parameters: vec![],
    };
    let private = PrivatePostgres::open(settings).await.unwrap();
    assert!(private.adopted(), "the service has started it");
    let config = private.config();
    private.close().await.unwrap();
    config
}
