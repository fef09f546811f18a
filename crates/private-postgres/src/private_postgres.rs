//! Coming in, finding one's way, going out.
//!
//! [`PrivatePostgres::open`] makes what is missing, in an order that a crash between any two steps
//! leaves something the next `open` can go on from. [`PrivatePostgres::close`] stops the server if
//! nobody else uses it. Who vanishes without closing (killed, or the value dropped) leaves it
//! running, and the next who opens adopts it.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use nix::unistd::Pid;
use tokio_postgres::Config;

use crate::configuration::Durability;
use crate::data_directory::DataDirectory;
use crate::database::Absent;
use crate::error::{CloseError, OpenError};
use crate::locks::{Departure, StartLock, UsersLock};
use crate::programs::{ProgramSearch, Programs};
use crate::server::{Origin, Server};
use crate::{database, initialisation, postmaster, socket};

/// What a private PostgreSQL is made of.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where it lives. Need not exist; see [`can_host`](crate::can_host).
    pub data_directory: PathBuf,
    /// Whether commits survive a crash of the machine.
    pub durability: Durability,
    /// Where its programs are looked for.
    pub programs: ProgramSearch,
    /// More server parameters, by name; they override ours. Without effect on a server that is
    /// adopted.
    pub parameters: Vec<(String, String)>,
}

/// A running PostgreSQL, for as long as this value lives.
#[derive(Debug)]
pub struct PrivatePostgres {
    pub(crate) server: Server,
    origin: Origin,
    users: UsersLock,
}

impl PrivatePostgres {
    /// Finds the programs, makes the cluster and the database if absent, starts the server or
    /// adopts the one that runs. Waits up to 60 s for it to accept connections.
    ///
    /// # Errors
    ///
    /// Each [`OpenError`] says what to do. What this call has started is stopped again, unless it
    /// is still recovering.
    pub async fn open(settings: Settings) -> Result<Self, OpenError> {
        let directory = DataDirectory::prepare(&settings.data_directory)?;
        Self::enter(directory, settings, Absent::Make).await
    }

    /// The same for a database that is there: starts the server or adopts the one that runs.
    ///
    /// # Errors
    ///
    /// [`OpenError::NothingThere`], [`OpenError::NotADirectory`] or [`OpenError::Unfinished`] when it is not
    /// there, and then nothing was made; otherwise as [`PrivatePostgres::open`].
    pub async fn find(settings: Settings) -> Result<Self, OpenError> {
        let directory = DataDirectory::existing(&settings.data_directory)?;
        Self::enter(directory, settings, Absent::Refuse).await
    }

    async fn enter(
        directory: DataDirectory,
        settings: Settings,
        absent: Absent,
    ) -> Result<Self, OpenError> {
        let held = StartLock::take(&directory.start_lock()).await?;
        let users = UsersLock::share(&directory.users_lock(), &held).await?;
        let programs = ready_cluster(&directory, &settings, &held).await?;
        let server = Server::new(
            directory,
            programs,
            settings.durability,
            settings.parameters,
        );
        let origin = server.settle(&held).await?;

        let opened = Self {
            server,
            origin,
            users,
        };
        match opened.make_usable(absent).await {
            Ok(()) => Ok(opened),
            Err(error) => {
                if let Err(cause) = opened.leave(&held).await {
                    tracing::warn!(%cause, "what was opened in vain could not be closed");
                }
                Err(error)
            }
        }
    }

    async fn make_usable(&self, absent: Absent) -> Result<(), OpenError> {
        let survey = database::prepare(&self.server.config("postgres"), absent).await;
        let running = survey.map_err(|source| self.server.refused(source))?;
        if !running.database_exists {
            return Err(OpenError::Unfinished {
                directory: self.server.directory.path().to_path_buf(),
            });
        }
        if (self.server.durability, running.durability) == (Durability::Full, Durability::None) {
            return Err(OpenError::NotDurable {
                directory: self.server.directory.path().to_path_buf(),
            });
        }
        let directory = self.server.directory.path().display();
        tracing::info!(%directory, origin = ?self.origin, "PostgreSQL is ready");
        Ok(())
    }

    /// How to connect: through the socket, as `fermata`, to the database `fermata`.
    #[must_use]
    pub fn config(&self) -> Config {
        self.server.config("fermata")
    }

    /// The same as a URL, which `psql` and `DATABASE_URL` accept.
    #[must_use]
    pub fn url(&self) -> String {
        let directory = socket::directory(&self.server.directory);
        let host = percent_encoded(directory.as_os_str().as_bytes());
        format!("postgresql://fermata@{host}:{}/fermata", socket::PORT)
    }

    /// The directory of the machine's PostgreSQL programs, `psql` and `pgbench` among them if they
    /// are installed.
    #[must_use]
    pub fn binaries(&self) -> &Path {
        self.server.programs.directory()
    }

    /// Whether the server ran already when it was opened.
    #[must_use]
    pub fn adopted(&self) -> bool {
        self.origin == Origin::Adopted
    }

    /// The server's first process, if it is alive at this moment.
    #[must_use]
    pub fn postmaster_pid(&self) -> Option<Pid> {
        postmaster::living(&self.server.directory)
    }

    /// Stops the server if nobody else uses it, and returns when it is gone; else leaves it to the
    /// others.
    ///
    /// # Errors
    ///
    /// [`CloseError`]: the server may still run, and the next who opens adopts it.
    pub async fn close(self) -> Result<(), CloseError> {
        let held = StartLock::take(&self.server.directory.start_lock()).await?;
        self.leave(&held).await
    }

    async fn leave(self, held: &StartLock) -> Result<(), CloseError> {
        match self.users.leave(held) {
            Departure::Last => {
                tracing::info!("stopping PostgreSQL");
                self.server.stop(held).await
            }
            Departure::OthersStay => {
                tracing::info!("leaving PostgreSQL to its other users");
                Ok(())
            }
        }
    }
}

/// The programs for the cluster, which is there when this returns.
async fn ready_cluster(
    directory: &DataDirectory,
    settings: &Settings,
    held: &StartLock,
) -> Result<Programs, OpenError> {
    let cluster = initialisation::version(directory)?;
    let programs = settings.programs.find(cluster, directory).await?;
    if cluster.is_none() {
        initialisation::make(directory, &programs, settings.durability, held).await?;
    }
    Ok(programs)
}

fn percent_encoded(bytes: &[u8]) -> String {
    let letter = |byte: &u8| match byte {
        b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'-' | b'.' | b'_' | b'~' => {
            char::from(*byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    };
    bytes.iter().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_in_a_url_has_no_letter_with_a_meaning() {
        assert_eq!(percent_encoded(b"/var/a b@c"), "%2Fvar%2Fa%20b%40c");
    }
}
