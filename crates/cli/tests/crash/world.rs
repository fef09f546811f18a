//! A running service with tenants whose campaigns are active, and a way past it into its database.

use crate::clients::Address;
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

/// The service goes first, or it would start the database again that the playground stops.
pub struct World {
    pub service: Service,
    pub url: Address,
    pub tenants: Arc<[Tenant]>,
    pub journals: Journals,
    pub dice: StdRng,
    pub database: Config,
    pub playground: Playground,
}

impl World {
    pub async fn new(seed: u64) -> Self {
        let playground = Playground::new();
        let service = Service::start(&playground).await;
        let database = database_of(&playground).await;
        let connection = connect(&database).await.unwrap();
        let journals = find_journals(&connection.client).await.unwrap();
        let tenants = settle(&playground, &database, journals, TENANTS).await;
        Self {
            url: Address::new(service.url.clone()),
            service,
            tenants: tenants.into(),
            journals,
            dice: StdRng::seed_from_u64(seed),
            database,
            playground,
        }
    }

    /// Starts the service, which was killed, and tells the clients where it is now.
    pub async fn start_again(&mut self) {
        self.service = Service::start(&self.playground).await;
        self.url.send_replace(self.service.url.clone());
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
async fn database_of(playground: &Playground) -> Config {
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
