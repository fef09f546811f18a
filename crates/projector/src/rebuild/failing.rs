//! Why a rebuild did not go on, and whether trying again would help.

use crate::{ReplayError, RowError};
use domain::BrokenHistory;
use event_store::ReadError;
use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

/// Raised when a row is not where the log says.
const LOST_ROWS: &str = "FM003";
/// Violated constraints.
const INTEGRITY: &str = "23";

/// Why a rebuild did not go on.
#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    /// The database did not answer. What is done is kept.
    #[error("rebuild rows")]
    Database(#[from] Error),
    /// The log could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The log could not be replayed.
    #[error(transparent)]
    Replay(#[from] ReplayError),
    /// A shadow row is damaged.
    #[error(transparent)]
    Row(#[from] RowError),
    /// An event cannot follow.
    #[error("position {position} of journal {journal}")]
    Broken {
        /// The journal.
        journal: i16,
        /// Where.
        position: i64,
        /// What cannot follow.
        #[source]
        source: BrokenHistory,
    },
    /// Events are not there, and with them their campaigns would be lost.
    #[error(
        "only {found} of {target} events of journal {journal} are there: is a partition of the archive \
         detached?"
    )]
    Missing {
        /// The journal.
        journal: i16,
        /// How many there are.
        found: i64,
        /// How many there must be.
        target: i64,
    },
    /// Another process goes on with it.
    #[error("another process goes on with the rebuild")]
    Overtaken,
    /// A task of it ended by itself.
    #[error("rebuild rows")]
    Interrupted(#[source] tokio::task::JoinError),
}

impl RebuildError {
    /// Whether trying again would find the same: the log itself is at fault, or something else depends on
    /// the live tables.
    #[must_use]
    pub fn is_lasting(&self) -> bool {
        match self {
            Self::Interrupted(_) | Self::Overtaken => false,
            Self::Database(error)
            | Self::Row(RowError::Database(error))
            | Self::Read(ReadError::Database(error))
            | Self::Replay(ReplayError::Read(ReadError::Database(error))) => refuses(error),
            Self::Row(_) | Self::Read(_) | Self::Replay(_) => true,
            Self::Broken { .. } | Self::Missing { .. } => true,
        }
    }
}

/// Whether the database refuses the rows or the switch as such.
fn refuses(error: &Error) -> bool {
    error.code().is_some_and(|state| {
        let code = state.code();
        *state == SqlState::DEPENDENT_OBJECTS_STILL_EXIST
            || code == LOST_ROWS
            || code.starts_with(INTEGRITY)
    })
}
