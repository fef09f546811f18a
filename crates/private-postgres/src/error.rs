//! What can go wrong, and what the reader should do about it.
//!
//! An [`OpenError`] means that the caller has no database; whatever ran before still runs. A
//! [`CloseError`] means that the server may still be running; the next
//! [`open`](crate::PrivatePostgres::open) adopts it. No message repeats its source.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

/// Why there is no private PostgreSQL to use.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OpenError {
    /// No directory that was searched holds all the programs.
    #[error(
        "PostgreSQL was not found on this machine: install it (Debian: apt-get install postgresql; \
         macOS: brew install postgresql) or set DATABASE_URL to a database that exists"
    )]
    ProgramsMissing,
    /// The machine has neither of the accounts that the server could run as.
    #[error(
        "PostgreSQL refuses to run as root, and there is no account postgres or nobody for it: \
         add one, run fermata as another account, or set DATABASE_URL"
    )]
    AccountMissing,
    /// A directory on the way shuts out the account that the server runs as.
    #[error(
        "{directory} cannot be entered by the account {account}, as which PostgreSQL has to run: \
         set FERMATA_DATA_DIR to a directory that it can enter, like /var/lib/fermata"
    )]
    Unenterable {
        /// The outermost directory that shuts the account out.
        directory: PathBuf,
        /// The account's name.
        account: String,
    },
    /// Nothing can be created where the data should live.
    #[error(
        "nothing can be created in {directory}: \
         set FERMATA_DATA_DIR to a directory that can be written to"
    )]
    Unwritable {
        /// The nearest directory that exists.
        directory: PathBuf,
    },
    /// There was to be a database, and there is none. Nothing was made.
    #[error(
        "there is no database of fermata in {directory}: set FERMATA_DATA_DIR or DATABASE_URL to where it \
         is, or make one with fermata serve"
    )]
    NothingThere {
        /// Where it was looked for.
        directory: PathBuf,
    },
    /// The making of the database broke off, and whoever only looks does not finish it.
    #[error(
        "the database in {directory} was never finished: fermata migrate or fermata serve finishes it"
    )]
    Unfinished {
        /// The data directory.
        directory: PathBuf,
    },
    /// Something else has the name of the data directory.
    #[error("{path} is not a directory: set FERMATA_DATA_DIR to the one with the database")]
    NotADirectory {
        /// What is there.
        path: PathBuf,
    },
    /// A directory that only the server's account may own belongs to somebody else.
    #[error(
        "{directory} belongs to {owner}, but has to belong to {account}: \
         change its owner or move it away"
    )]
    OwnedByAnother {
        /// What belongs to the wrong account.
        directory: PathBuf,
        /// Whom it belongs to.
        owner: String,
        /// Whom it has to belong to.
        account: String,
    },
    /// Something lies where the cluster should be.
    #[error(
        "{directory} is neither a PostgreSQL cluster nor empty: \
         move it away, or set FERMATA_DATA_DIR to another"
    )]
    NotACluster {
        /// Where the cluster should be.
        directory: PathBuf,
    },
    /// The cluster was made by another major version than any that is installed.
    #[error(
        "{directory} was made by PostgreSQL {cluster}, but what is installed is {installed}: \
         install PostgreSQL {cluster}, or bring the cluster over with pg_upgrade"
    )]
    OtherVersion {
        /// The cluster's directory.
        directory: PathBuf,
        /// The cluster's major version.
        cluster: u32,
        /// The installed major version.
        installed: u32,
    },
    /// `initdb` failed. Nothing was made.
    #[error("the PostgreSQL cluster could not be made; initdb said: {said}")]
    Initialisation {
        /// The end of what it printed.
        said: String,
    },
    /// The server ended before it accepted connections.
    #[error("PostgreSQL did not start; its log {log} ends with: {said}")]
    Start {
        /// The server's log.
        log: PathBuf,
        /// The end of what it wrote there, or of what `pg_ctl` printed.
        said: String,
    },
    /// The server runs, but has not accepted connections in time. It goes on starting.
    #[error(
        "PostgreSQL has not accepted connections for {seconds} s: \
         see its log {log}, and try again later"
    )]
    NotReady {
        /// How long was waited.
        seconds: u64,
        /// The server's log.
        log: PathBuf,
    },
    /// The running server was started without durability, and durability was asked for.
    #[error(
        "the PostgreSQL that runs in {directory} does not write to the disk (fsync is off): \
         stop it and try again"
    )]
    NotDurable {
        /// The data directory.
        directory: PathBuf,
    },
    /// The server runs but refuses us.
    #[error("the private PostgreSQL refused a connection or a statement: see its log {log}")]
    Refused {
        /// The server's log.
        log: PathBuf,
        /// What it answered.
        source: tokio_postgres::Error,
    },
    /// A lock was not to be had.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// A file could not be read, written or run.
    #[error(transparent)]
    File(#[from] FileError),
}

/// Why the server may still be running.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CloseError {
    /// `pg_ctl stop` failed or took too long.
    #[error("the private PostgreSQL did not stop (the next start adopts it); pg_ctl said: {said}")]
    Stop {
        /// The end of what it printed.
        said: String,
    },
    /// A lock was not to be had.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// A program could not be run.
    #[error(transparent)]
    File(#[from] FileError),
}

/// Why a lock file could not be locked.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LockError {
    /// Somebody else kept it too long.
    #[error(
        "another process has held {path} for {seconds} s: \
         see what it waits for, or stop it, and try again"
    )]
    Held {
        /// The lock file.
        path: PathBuf,
        /// How long was waited.
        seconds: u64,
    },
    /// The file system refused.
    #[error(transparent)]
    File(#[from] FileError),
}

/// A file operation that the system refused.
#[derive(Debug, Error)]
#[error("could not {action} {path}: check that it exists and who owns it")]
pub struct FileError {
    action: &'static str,
    path: PathBuf,
    source: io::Error,
}

impl FileError {
    /// For `map_err`: says what was tried on which path.
    pub(crate) fn on(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self {
            action,
            path: path.to_path_buf(),
            source,
        }
    }
}
