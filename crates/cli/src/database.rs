//! The database that a command works on: the one it was given, or a private one.

use crate::configuration::Configuration;
use event_store::{Connection, Journals, connect, migrate};
use private_postgres::{Durability, PrivatePostgres, ProgramSearch, Settings};
use secrecy::ExposeSecret;
use tokio_postgres::Config;

/// An open database, migrated.
pub struct Database {
    /// How to connect.
    pub config: Config,
    /// Its journals.
    pub journals: Journals,
    private: Option<PrivatePostgres>,
}

/// Why there is no database.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// DATABASE_URL is not one.
    #[error("DATABASE_URL is not a PostgreSQL URL")]
    Url(#[source] tokio_postgres::Error),
    /// The private PostgreSQL does not start.
    #[error(transparent)]
    Private(#[from] private_postgres::OpenError),
    /// The private PostgreSQL does not stop.
    #[error(transparent)]
    Close(#[from] private_postgres::CloseError),
    /// The database does not answer.
    #[error("the database does not let us in: is it running, and is DATABASE_URL right?")]
    Connect(#[source] tokio_postgres::Error),
    /// The schema is not as it should be.
    #[error(transparent)]
    Migrate(#[from] event_store::MigrateError),
    /// People cannot be brought to the rules of this program.
    #[error("bring people to the rules by which this program tells them apart")]
    Identities(#[source] tokio_postgres::Error),
}

impl Database {
    /// Opens the database and brings its schema up to date. A new one gets `journals`.
    ///
    /// # Errors
    /// Each error says what to do.
    pub async fn open(
        configuration: &Configuration,
        journals: Option<Journals>,
    ) -> Result<Self, DatabaseError> {
        let _waiting = crate::output::waiting("Opening the database");
        let (config, private) = match &configuration.database_url {
            Some(url) => (
                url.expose_secret().parse().map_err(DatabaseError::Url)?,
                None,
            ),
            None => {
                let private = PrivatePostgres::open(private_settings(configuration)).await?;
                (private.config(), Some(private))
            }
        };
        let mut database = Self {
            config,
            journals: Journals::DEFAULT,
            private,
        };
        match database.prepare(journals).await {
            Ok(made) => {
                database.journals = made;
                Ok(database)
            }
            Err(error) => {
                database.close().await?;
                Err(error)
            }
        }
    }

    /// A connection of one's own.
    ///
    /// # Errors
    /// When the database does not let us in.
    pub async fn connect(&self) -> Result<Connection, DatabaseError> {
        connect(&self.config).await.map_err(DatabaseError::Connect)
    }

    /// Keeps the private PostgreSQL alive until told to stop; waits, if there is none.
    pub async fn supervise(&self, shutdown: impl Future<Output = ()>) {
        match &self.private {
            Some(private) => private.supervise(shutdown).await,
            None => shutdown.await,
        }
    }

    /// Leaves the database; stops a private one that nobody else uses.
    ///
    /// # Errors
    /// When it does not stop.
    pub async fn close(self) -> Result<(), DatabaseError> {
        match self.private {
            Some(private) => Ok(private.close().await?),
            None => Ok(()),
        }
    }

    async fn prepare(&self, journals: Option<Journals>) -> Result<Journals, DatabaseError> {
        let mut connection = self.connect().await?;
        let client = &mut connection.client;
        let migrated = migrate(client, journals).await?;
        let brought = crate::identities::bring_along(client).await;
        brought.map_err(DatabaseError::Identities)?;
        Ok(migrated.journals)
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the environment is read in this crate"
)]
fn private_settings(configuration: &Configuration) -> Settings {
    Settings {
        data_directory: configuration.data_directory.clone(),
        durability: Durability::Full,
        programs: ProgramSearch::machine(std::env::var_os("PATH")),
        parameters: Vec::new(),
    }
}
