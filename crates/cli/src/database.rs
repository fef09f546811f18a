//! The database that a command works on: the one it was given, or a private one.
//!
//! [`Database::open`] is for nearly every command: it finds what is there, and makes nothing, so that a
//! command in the wrong directory says so. [`Database::make`] is for those that begin a database.

use crate::configuration::Configuration;
use event_store::{
    Connection, Journals, MigrateError, check_schema, connect, find_journals, migrate,
};
use private_postgres::{Durability, OpenError, PrivatePostgres, ProgramSearch, Settings};
use secrecy::{ExposeSecret, SecretString};
use tokio_postgres::{Client, Config};

/// An open database with the schema of this program.
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
    Private(#[from] OpenError),
    /// It is not where it would be looked for, and does not start.
    #[error("{error} ({why})")]
    PassedOver {
        /// Why it does not start.
        error: OpenError,
        /// Why it was looked for there.
        why: String,
    },
    /// The private PostgreSQL does not stop.
    #[error(transparent)]
    Close(#[from] private_postgres::CloseError),
    /// The database does not answer.
    #[error("the database does not let us in: is it running, and is DATABASE_URL right?")]
    Connect(#[source] tokio_postgres::Error),
    /// The schema is not as it should be.
    #[error(transparent)]
    Migrate(#[from] MigrateError),
    /// People cannot be brought to the rules of this program.
    #[error("bring people to the rules by which this program tells them apart")]
    Identities(#[source] tokio_postgres::Error),
}

impl DatabaseError {
    /// With the reason for the place, when none was named.
    fn of(error: OpenError, configuration: &Configuration) -> Self {
        match configuration.passed_over.clone() {
            Some(why) => Self::PassedOver { error, why },
            None => Self::Private(error),
        }
    }
}

impl Database {
    /// Finds that there is a private database, if the configuration has no other. Makes nothing.
    ///
    /// # Errors
    /// When there is none.
    pub fn expect(configuration: &Configuration) -> Result<(), DatabaseError> {
        private_postgres::expect(&configuration.data_directory)
            .map_err(|error| DatabaseError::of(error, configuration))
    }

    /// Opens the database that is there, with the schema of this program. Makes and changes nothing.
    ///
    /// # Errors
    /// Each error says what to do.
    pub async fn open(configuration: &Configuration) -> Result<Self, DatabaseError> {
        let _waiting = crate::output::waiting("Opening the database");
        let database = match &configuration.database_url {
            Some(url) => Self::at(url)?,
            None => {
                let found = PrivatePostgres::find(private_settings(configuration)).await;
                Self::of(found.map_err(|error| DatabaseError::of(error, configuration))?)
            }
        };
        database
            .usable(async |client| {
                check_schema(client).await?;
                Ok(find_journals(client).await?)
            })
            .await
    }

    /// Opens the database, makes a private one that is not there, and brings the schema up to date. A new
    /// one gets `journals`. For `serve`, `migrate` and `demo` alone.
    ///
    /// # Errors
    /// Each error says what to do.
    pub async fn make(
        configuration: &Configuration,
        journals: Option<Journals>,
    ) -> Result<Self, DatabaseError> {
        let _waiting = crate::output::waiting("Opening the database");
        let database = match &configuration.database_url {
            Some(url) => Self::at(url)?,
            None => {
                let opened = PrivatePostgres::open(private_settings(configuration)).await;
                Self::of(opened.map_err(|error| DatabaseError::of(error, configuration))?)
            }
        };
        database
            .usable(async |client| {
                let journals = migrate(client, journals).await?.journals;
                let brought = crate::identities::bring_along(client).await;
                brought.map_err(DatabaseError::Identities)?;
                Ok(journals)
            })
            .await
    }

    fn at(url: &SecretString) -> Result<Self, DatabaseError> {
        Ok(Self {
            config: url.expose_secret().parse().map_err(DatabaseError::Url)?,
            journals: Journals::DEFAULT,
            private: None,
        })
    }

    fn of(private: PrivatePostgres) -> Self {
        Self {
            config: private.config(),
            journals: Journals::DEFAULT,
            private: Some(private),
        }
    }

    /// With its journals, as `prepare` finds them; closed if it does not.
    async fn usable(
        mut self,
        prepare: impl AsyncFnOnce(&mut Client) -> Result<Journals, DatabaseError>,
    ) -> Result<Self, DatabaseError> {
        let journals = match self.connect().await {
            Ok(mut connection) => prepare(&mut connection.client).await,
            Err(error) => Err(error),
        };
        match journals {
            Ok(journals) => {
                self.journals = journals;
                Ok(self)
            }
            Err(error) => {
                self.close().await?;
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
