//! What may be wrong with a journal, and where.

use crate::ReadError;
use chrono::{DateTime, Utc};
use std::error::Error;
use std::fmt;

/// Something that no journal has.
#[derive(Debug)]
pub enum LogFault {
    /// Events are not there.
    Missing {
        /// The position of the first of them.
        first: i64,
        /// The position of the last.
        last: i64,
    },
    /// An event comes behind one of its position or of a later one.
    Misplaced {
        /// Its position.
        position: i64,
        /// That of the one before.
        behind: i64,
    },
    /// An event was recorded before the one that it is behind.
    Earlier {
        /// Its position.
        position: i64,
        /// When it was recorded.
        at: DateTime<Utc>,
        /// When the one before was.
        behind: DateTime<Utc>,
    },
    /// An event, or its metadata, does not parse.
    Unreadable {
        /// Its position.
        position: i64,
        /// Why.
        source: ReadError,
    },
    /// The journal's head is not at its last event.
    Head {
        /// Where it is.
        head: i64,
        /// The position of the last event; 0 if there is none.
        last: i64,
    },
    /// The journal's head tells another time than its last event.
    HeadTime {
        /// The position of the last event.
        position: i64,
        /// When the head says that it was recorded.
        head_at: DateTime<Utc>,
        /// When it was.
        at: DateTime<Utc>,
    },
}

impl LogFault {
    /// The first position that is concerned.
    #[must_use]
    pub fn position(&self) -> i64 {
        match self {
            Self::Missing { first, .. } => *first,
            Self::Misplaced { position, .. }
            | Self::Earlier { position, .. }
            | Self::Unreadable { position, .. }
            | Self::HeadTime { position, .. } => *position,
            Self::Head { last, head } => (*last).min(*head).saturating_add(1),
        }
    }
}

impl fmt::Display for LogFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { first, last } if first == last => write!(
                f,
                "position {first} is not there: removed, or in a detached partition of the archive"
            ),
            Self::Missing { first, last } => write!(
                f,
                "positions {first} to {last} are not there: removed, or in a detached partition of \
                 the archive"
            ),
            Self::Misplaced { position, behind } => {
                write!(f, "position {position} comes behind position {behind}")
            }
            Self::Earlier {
                position,
                at,
                behind,
            } => write!(
                f,
                "position {position} was recorded at {at:?}, before the one before it, at {behind:?}"
            ),
            Self::Unreadable { source, .. } => match source.source() {
                Some(cause) => write!(f, "{source}: {cause}"),
                None => write!(f, "{source}"),
            },
            Self::Head { head, last } => {
                write!(f, "the journal's head is {head}, its last event is {last}")
            }
            Self::HeadTime {
                position,
                head_at,
                at,
            } => write!(
                f,
                "the journal's head is of {head_at:?}, its last event, at {position}, of {at:?}"
            ),
        }
    }
}
