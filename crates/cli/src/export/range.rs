//! Which positions of a journal are exported.
//!
//! Times never go backwards within a journal, so an instant is a position, found by halving.

use super::bound::Bound;
use chrono::{DateTime, Utc};
use event_store::{JournalId, ReadError, find_journal_standing, find_recorded_at};
use tokio_postgres::Client;

/// Positions of a journal: behind one, up to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Range {
    pub journal: JournalId,
    /// The position that the first event is behind.
    pub after: i64,
    /// The position of the last event.
    pub last: i64,
}

impl Range {
    /// What is behind `place` and within the bounds, up to where the journal has come now.
    pub async fn find(
        client: &Client,
        journal: JournalId,
        place: i64,
        (from, to): (Option<Bound>, Option<Bound>),
    ) -> Result<Self, ReadError> {
        let standing = find_journal_standing(client, journal).await?;
        let head = standing.map_or(0, |standing| standing.head);
        let first = match from {
            Some(bound) => position(client, (journal, head), bound).await?,
            None => 1,
        };
        let end = match to {
            Some(bound) => position(client, (journal, head), bound).await?,
            None => head.saturating_add(1),
        };
        Ok(Self {
            journal,
            after: place.max(first.saturating_sub(1)),
            last: head.min(end.saturating_sub(1)),
        })
    }

    /// How many positions.
    pub fn length(&self) -> u64 {
        u64::try_from(self.last - self.after).unwrap_or(0)
    }
}

/// The position of the first event at a bound; behind the head if there is none.
async fn position(
    client: &Client,
    (journal, head): (JournalId, i64),
    bound: Bound,
) -> Result<i64, ReadError> {
    let instant = match bound {
        Bound::Position(position) => return Ok(position),
        Bound::Instant(instant) => instant,
    };
    // Everything before `low` is too early; nothing from `high` on is.
    let (mut low, mut high) = (1, head.saturating_add(1));
    while low < high {
        let middle = low + (high - low) / 2;
        if recorded_at(client, journal, middle).await? < instant {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Ok(low)
}

async fn recorded_at(
    client: &Client,
    journal: JournalId,
    position: i64,
) -> Result<DateTime<Utc>, ReadError> {
    let found = find_recorded_at(client, journal, position).await?;
    found.ok_or(ReadError::NotAttached {
        journal: journal.0,
        position,
    })
}
