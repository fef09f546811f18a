//! What an audit finds, and where.

use crate::TileId;
use serde::Serialize;
use std::fmt;

/// Where a checkpoint was found that a journal is held to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// It was saved elsewhere by whoever audits: what counts most.
    Saved,
    /// The list of keys has it: a key was replaced there.
    Rotated,
    /// It is in the directory that the sealer publishes to.
    Published,
    /// The database has it.
    Stored,
}

/// The first difference between a journal and what was signed of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Difference {
    /// An event is not the one that was sealed at its place.
    #[error(
        "the event at position {position} is not the one that was sealed there{}",
        if *proven { "" } else { " (as the stored tiles have it; no checkpoint covers it)" }
    )]
    Event {
        /// Its place.
        position: u64,
        /// Whether a checkpoint shows that the sealed one was another; otherwise only tiles do.
        proven: bool,
    },
    /// An event is not there.
    #[error("the event at position {position} is missing; the next one is at {found}")]
    Missing {
        /// Where it was.
        position: u64,
        /// What is there instead.
        found: u64,
    },
    /// An event is there that has no place there.
    #[error("at position {position} there is an event that says it is at {found}")]
    Misplaced {
        /// The place.
        position: u64,
        /// What the event says.
        found: i64,
    },
    /// An event of another journal.
    #[error("at position {position} there is an event of journal {journal}")]
    OtherJournal {
        /// The place.
        position: u64,
        /// What the event says.
        journal: i16,
    },
    /// The journal ends before what was signed.
    #[error(
        "the journal ends after position {events}, and {evidence} covers {signed}: position {} is missing",
        events + 1
    )]
    Shorter {
        /// Events that there are.
        events: u64,
        /// Events that there were.
        signed: u64,
        /// What says so.
        evidence: Evidence,
    },
    /// The events up to a size are not those that were signed; which of them, nobody can tell,
    /// because the tiles are gone or were changed as well.
    #[error(
        "the events from position {} to {up_to} are not those that {evidence} covers",
        after + 1
    )]
    Between {
        /// The last position up to which the journal is proven to be the same.
        after: u64,
        /// The size of the checkpoint.
        up_to: u64,
        /// What says so.
        evidence: Evidence,
    },
    /// The events are those that were signed, and a stored leaf is not that of its event.
    #[error(
        "the leaf stored for position {position} is not that of its event, which is as it was signed"
    )]
    Leaf {
        /// The place.
        position: u64,
    },
    /// A stored tile above the leaves is not what the events make.
    #[error("the stored {tile} is not that of the events", tile = tile.path(256))]
    Tile {
        /// Which.
        tile: TileId,
    },
    /// A checkpoint is not signed by a key of this ledger, or by one that had been replaced.
    #[error("{evidence} of size {size} is not signed by the ledger: {reason}")]
    Signature {
        /// The size that it claims, 0 if it cannot be read.
        size: u64,
        /// Where it was found.
        evidence: Evidence,
        /// What is wrong.
        reason: String,
    },
    /// More is covered by tiles than there are events.
    #[error("{sealed} events were sealed and the journal has {events}: position {} is missing", events + 1)]
    Cut {
        /// Events that there are.
        events: u64,
        /// Leaves that are stored.
        sealed: u64,
    },
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Saved => "a saved checkpoint",
            Self::Rotated => "the checkpoint that a key was replaced at",
            Self::Published => "a published checkpoint",
            Self::Stored => "a stored checkpoint",
        })
    }
}

impl Difference {
    /// The first position that may be concerned, from 1; 0 when it is none of the events.
    #[must_use]
    pub fn position(&self) -> u64 {
        match self {
            Self::Event { position, .. }
            | Self::Missing { position, .. }
            | Self::Misplaced { position, .. }
            | Self::OtherJournal { position, .. }
            | Self::Leaf { position } => *position,
            Self::Shorter { events, .. } | Self::Cut { events, .. } => events + 1,
            Self::Between { after, .. } => after + 1,
            Self::Tile { .. } | Self::Signature { .. } => 0,
        }
    }
}
