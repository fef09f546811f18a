//! Following a journal as it grows.
//!
//! A follower asks the table; that is the truth. Wakes only make it ask sooner: in process by
//! [`Wakes`], from other processes by `NOTIFY` (`listen.rs`). Without any wake it polls, doubling
//! its rest from [`REST_MILLISECONDS_MIN`] to [`REST_MILLISECONDS_MAX`] while nothing comes.

use crate::{JournalId, Journals, ReadError, Recorded, Stored, read_stored_after};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio_postgres::Client;

const REST_MILLISECONDS_MIN: u64 = 10;
const REST_MILLISECONDS_MAX: u64 = 1_000;

/// A bell for each journal. Cheap to ring, cheap to copy.
#[derive(Debug, Clone)]
pub struct Wakes(Arc<BTreeMap<JournalId, watch::Sender<()>>>);

impl Wakes {
    /// Bells for all `journals`.
    #[must_use]
    pub fn new(journals: Journals) -> Self {
        Self(Arc::new(
            journals
                .iter()
                .map(|journal| (journal, watch::Sender::new(())))
                .collect(),
        ))
    }

    /// Rings: `journal` may have grown.
    pub fn ring(&self, journal: JournalId) {
        if let Some(bell) = self.0.get(&journal) {
            bell.send_replace(());
        }
    }

    /// Rings every bell, for whoever does not know which journal has grown.
    pub fn ring_all(&self) {
        self.0.values().for_each(|bell| {
            bell.send_replace(());
        });
    }

    /// Hears the bell of `journal`, if there is such a journal.
    #[must_use]
    pub fn hear(&self, journal: JournalId) -> Option<watch::Receiver<()>> {
        self.0.get(&journal).map(watch::Sender::subscribe)
    }
}

/// A reader that remembers its place.
#[derive(Clone)]
pub struct Follower {
    journal: JournalId,
    position: i64,
    bell: Option<watch::Receiver<()>>,
}

impl Follower {
    /// Follows `journal` from behind `position`.
    #[must_use]
    pub fn new(wakes: &Wakes, journal: JournalId, position: i64) -> Self {
        Self {
            journal,
            position,
            bell: wakes.hear(journal),
        }
    }

    /// The position of the last event handed out.
    #[must_use]
    pub fn position(&self) -> i64 {
        self.position
    }

    /// The next events, at once. Empty when there are none yet.
    ///
    /// # Errors
    /// When the journal cannot be read; asking again is safe.
    pub async fn poll(&mut self, client: &Client, limit: i64) -> Result<Vec<Recorded>, ReadError> {
        let stored = self.look(client, limit).await?;
        let events = stored.iter().map(Stored::parse).collect::<Result<_, _>>()?;
        self.move_behind(&stored);
        Ok(events)
    }

    /// The next events as they are stored, at once. Empty when there are none yet.
    ///
    /// # Errors
    /// When the journal cannot be read; asking again is safe.
    pub async fn poll_stored(
        &mut self,
        client: &Client,
        limit: i64,
    ) -> Result<Vec<Stored>, ReadError> {
        let stored = self.look(client, limit).await?;
        self.move_behind(&stored);
        Ok(stored)
    }

    async fn look(&mut self, client: &Client, limit: i64) -> Result<Vec<Stored>, ReadError> {
        if let Some(bell) = &mut self.bell {
            bell.mark_unchanged();
        }
        read_stored_after(client, self.journal, self.position, limit).await
    }

    fn move_behind(&mut self, events: &[Stored]) {
        if let Some(last) = events.last() {
            self.position = last.position;
        }
    }

    /// The next events, as soon as there are some.
    ///
    /// # Errors
    /// When the journal cannot be read; asking again is safe.
    pub async fn next(&mut self, client: &Client, limit: i64) -> Result<Vec<Recorded>, ReadError> {
        let mut rest = REST_MILLISECONDS_MIN;
        loop {
            let events = self.poll(client, limit).await?;
            if !events.is_empty() {
                return Ok(events);
            }
            self.rest(Duration::from_millis(rest)).await;
            rest = (rest * 2).min(REST_MILLISECONDS_MAX);
        }
    }

    /// Waits until the journal may have grown, but not longer than `longest`.
    pub async fn rest(&mut self, longest: Duration) {
        let heard = async {
            if let Some(bell) = &mut self.bell
                && bell.changed().await.is_ok()
            {
                return;
            }
            std::future::pending().await
        };
        let _woken = tokio::time::timeout(longest, heard).await;
    }
}
