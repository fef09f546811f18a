//! Is a journal what a journal must be? Positions are dense and in order, times never go backwards,
//! every event and its metadata parse, and the head is at the last event.
//!
//! Event by event and in memory that does not grow; from a database in pages, each with a snapshot of
//! its own, or from whatever else holds events in order. It goes on behind what is wrong.
//!
//! Not here: whether each campaign's versions are gapless and its events can follow one another.
//! Whoever replays them sees that.

use crate::{JournalId, Listed, LogFault, ReadError, Recorded, Stored, read_head, stream_after};
use chrono::{DateTime, Utc};
use futures_util::TryStreamExt;
use std::pin::pin;
use tokio_postgres::{Client, Error};

/// Events that one step reads.
const PAGE: i64 = 10_000;

/// The events of a journal, one after the other.
#[derive(Debug, Default)]
pub struct LogLine {
    /// The latest event: its position and when it was recorded. Nothing before the first of an
    /// excerpt, which may begin anywhere.
    latest: Option<(i64, Option<DateTime<Utc>>)>,
    /// Events that were taken.
    pub events: u64,
    /// What is wrong.
    pub faults: Listed<LogFault>,
}

/// A check of a journal of a database, up to where it had come when the check began.
#[derive(Debug)]
pub struct LogCheck {
    journal: JournalId,
    up_to: i64,
    line: LogLine,
    is_over: bool,
}

impl LogLine {
    /// Of a whole journal, from position 1.
    #[must_use]
    pub fn whole() -> Self {
        Self {
            latest: Some((0, None)),
            ..Self::default()
        }
    }

    /// The position of the latest event.
    #[must_use]
    pub fn position(&self) -> i64 {
        self.latest.map_or(0, |(position, _)| position)
    }

    /// Takes the next event. What it means, if it parses.
    pub fn take(&mut self, stored: &Stored) -> Option<Recorded> {
        self.events += 1;
        self.place(stored.position, stored.recorded_at);
        match stored.parse() {
            Ok(recorded) => Some(recorded),
            Err(source) => {
                self.faults.push(LogFault::Unreadable {
                    position: stored.position,
                    source,
                });
                None
            }
        }
    }

    /// One that is misplaced counts for nothing behind it.
    fn place(&mut self, position: i64, at: DateTime<Utc>) {
        let Some((behind, behind_at)) = self.latest else {
            self.latest = Some((position, Some(at)));
            return;
        };
        let latest_at = behind_at.map_or(at, |behind| behind.max(at));
        self.latest = Some((behind.max(position), Some(latest_at)));
        if position <= behind {
            self.faults.push(LogFault::Misplaced { position, behind });
        } else if behind + 1 < position {
            self.faults.push(LogFault::Missing {
                first: behind + 1,
                last: position - 1,
            });
        }
        if let Some(behind) = behind_at.filter(|behind| at < *behind) {
            self.faults.push(LogFault::Earlier {
                position,
                at,
                behind,
            });
        }
    }
}

impl LogCheck {
    /// Begins to check `journal`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn begin(client: &Client, journal: JournalId) -> Result<Self, Error> {
        Ok(Self {
            journal,
            up_to: read_head(client, journal).await?,
            line: LogLine::whole(),
            is_over: false,
        })
    }

    /// Where the journal had come when the check began.
    #[must_use]
    pub fn head(&self) -> i64 {
        self.up_to
    }

    /// Whether everything was checked.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.is_over
    }

    /// What was checked so far.
    #[must_use]
    pub fn line(&self) -> &LogLine {
        &self.line
    }

    /// What was checked, and what is wrong.
    #[must_use]
    pub fn into_line(self) -> LogLine {
        self.line
    }

    /// Checks the next page of events; the head, if that was the last.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn step(&mut self, client: &Client) -> Result<(), ReadError> {
        let before = self.line.events;
        let after = self.line.position();
        let limit = PAGE.min(self.up_to - after);
        if 0 < limit {
            let events = stream_after(client, self.journal, after, limit).await?;
            let mut events = pin!(events);
            while let Some(stored) = events.try_next().await? {
                self.line.take(&stored);
            }
        }
        if self.line.events == before {
            self.is_over = true;
            self.check_head(client).await?;
        }
        Ok(())
    }

    /// By one statement, because the journal goes on.
    async fn check_head(&mut self, client: &Client) -> Result<(), Error> {
        let statement = include_str!("../sql/find_end.sql");
        let Some(row) = client.query_opt(statement, &[&self.journal.0]).await? else {
            return Ok(());
        };
        let (head, head_at): (i64, DateTime<Utc>) = (row.get("head"), row.get("head_at"));
        let position = row.get::<_, Option<i64>>("position").unwrap_or(0);
        if head != position {
            let last = position;
            self.line.faults.push(LogFault::Head { head, last });
        } else if let Some(at) = row.get::<_, Option<DateTime<Utc>>>("recorded_at")
            && at != head_at
        {
            self.line.faults.push(LogFault::HeadTime {
                position,
                head_at,
                at,
            });
        }
        Ok(())
    }
}
