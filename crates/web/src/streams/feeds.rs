//! One follower of each journal that anybody listens to feeds all streams of the process.
//!
//! It reads what is new once, whoever listens, and only while somebody does.

use super::board::{Audience, Board, Ticket};
use super::guests::Guests;
use super::telling::Teller;
use deadpool_postgres::{Pool, PoolError};
use event_store::{Follower, JournalId, Journals, ReadError, Wakes, read_head};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Events that are read at once.
const PAGE: i64 = 500;
/// The longest that a follower does not look for itself.
const REST_MILLISECONDS: u64 = 500;

/// Feeds of a process. Clones share them.
#[derive(Clone)]
pub struct Feeds(Arc<Inner>);

struct Inner {
    pool: Pool,
    wakes: Wakes,
    boards: BTreeMap<JournalId, Arc<Board>>,
    guests: Guests,
}

/// Why a journal could not be followed for a moment.
#[derive(Debug, thiserror::Error)]
enum Stumble {
    #[error("take a connection")]
    Pool(#[from] PoolError),
    #[error("read the journal")]
    Read(#[from] ReadError),
    #[error("read whose campaigns these are")]
    Database(#[from] tokio_postgres::Error),
}

impl Feeds {
    /// Feeds of all `journals`, to which nobody listens yet.
    #[must_use]
    pub fn new(pool: Pool, wakes: Wakes, journals: Journals) -> Self {
        let boards = journals.iter().map(|journal| (journal, Arc::default()));
        Self(Arc::new(Inner {
            pool,
            wakes,
            boards: boards.collect(),
            guests: Guests::default(),
        }))
    }

    /// Feeds until told to stop. One such task a process.
    pub async fn run(&self, shutdown: CancellationToken) {
        let journals = self.0.boards.iter();
        let followers = journals.map(|(journal, board)| self.follow_on(*journal, board));
        let all = futures_util::future::join_all(followers);
        shutdown.run_until_cancelled(all).await;
    }

    pub(super) fn guests(&self) -> &Guests {
        &self.0.guests
    }

    /// The bells of the journals.
    pub(crate) fn wakes(&self) -> &Wakes {
        &self.0.wakes
    }

    pub(super) fn pool(&self) -> &Pool {
        &self.0.pool
    }

    /// Takes a seat: what comes from now on is told. `None`: there is no such journal.
    pub(super) async fn sit(&self, journal: JournalId, audience: Audience) -> Option<Ticket> {
        self.0.boards.get(&journal)?.sit(audience).await
    }

    async fn follow_on(&self, journal: JournalId, board: &Board) {
        loop {
            board.somebody_sits().await;
            if let Err(error) = self.follow(journal, board).await {
                let error: &(dyn std::error::Error + 'static) = &error;
                tracing::warn!(error, "streams are not fed for a moment");
                tokio::time::sleep(Duration::from_millis(REST_MILLISECONDS)).await;
            }
        }
    }

    /// Follows a journal from its head on, until nobody listens.
    async fn follow(&self, journal: JournalId, board: &Board) -> Result<(), Stumble> {
        let head = read_head(&*self.0.pool.get().await?, journal).await?;
        let mut follower = Follower::new(&self.0.wakes, journal, head);
        let mut teller = Teller::new(journal);
        board.follow();
        while !board.rests() {
            match self.step(&mut follower, &mut teller, board).await {
                Ok(true) => {}
                Ok(false) => {
                    let longest = Duration::from_millis(REST_MILLISECONDS);
                    follower.rest(longest).await;
                }
                Err(error) => {
                    // Its place is kept: nothing is missed, and nobody told twice.
                    let error: &(dyn std::error::Error + 'static) = &error;
                    tracing::warn!(error, "streams are not fed for a moment");
                    tokio::time::sleep(Duration::from_millis(REST_MILLISECONDS)).await;
                }
            }
        }
        Ok(())
    }

    /// Tells what is new. Whether there was something.
    async fn step(
        &self,
        follower: &mut Follower,
        teller: &mut Teller,
        board: &Board,
    ) -> Result<bool, Stumble> {
        let client = self.0.pool.get().await?;
        let before = follower.clone();
        let mut events = follower.poll(&client, PAGE).await?;
        let is_some = !events.is_empty();
        events.retain(|event| {
            let is_wanted = board.may_want(event.campaign_id);
            if !is_wanted {
                teller.forget(event.campaign_id);
            }
            is_wanted
        });
        match teller.tell(&client, &events).await {
            Ok(told) => told
                .into_iter()
                .for_each(|told| board.tell(&Arc::new(told))),
            Err(error) => {
                *follower = before;
                return Err(error.into());
            }
        }
        Ok(is_some)
    }
}
