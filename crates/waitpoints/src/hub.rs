//! Long polls: those who wait for tokens in this process.
//!
//! Polling is the truth: while somebody waits, every token that is waited for is looked at once a
//! tick, many in one statement. A ring only makes that happen at once, so a ring that is lost (or
//! never rung, because another process woke the token) costs a tick and nothing else.

use crate::room::Room;
use crate::tokens::{find_over, retrieve};
use crate::{Failure, Token, TokenId, TokenStatus};
use deadpool_postgres::Pool;
use domain::CampaignId;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// How often tokens that are waited for are looked at.
pub const TICK_MILLISECONDS: u64 = 500;
/// Tokens that one statement looks at.
const LOOKED_AT_ONCE_MAX: usize = 1_000;

/// The waiting room of a process. Clones share it.
#[derive(Clone)]
pub struct Hub(Arc<Waiting>);

struct Waiting {
    pool: Pool,
    tick: Duration,
    room: Mutex<Room>,
    /// Rung for what does not bear waiting for the tick.
    bell: Notify,
    /// Rung when somebody comes into an empty room.
    door: Notify,
}

/// A place in the room, given back however the waiting ends.
struct Seat<'a> {
    waiting: &'a Waiting,
    id: &'a TokenId,
    number: u64,
}

impl Hub {
    /// An empty waiting room.
    #[must_use]
    pub fn new(pool: Pool) -> Self {
        Self::ticking(pool, Duration::from_millis(TICK_MILLISECONDS))
    }

    /// An empty waiting room that looks every `tick`.
    #[must_use]
    pub fn ticking(pool: Pool, tick: Duration) -> Self {
        Self(Arc::new(Waiting {
            pool,
            tick,
            room: Mutex::default(),
            bell: Notify::new(),
            door: Notify::new(),
        }))
    }

    /// Looks at once at every waited-for token of a campaign. Never waits.
    pub fn ring_campaign(&self, campaign: CampaignId) {
        if self.0.room().ring_campaign(campaign) {
            self.0.bell.notify_one();
        }
    }

    /// Looks at once at these tokens, if somebody waits for them. Never waits.
    pub fn ring_tokens(&self, ids: &[TokenId]) {
        if self.0.room().ring_tokens(ids) {
            self.0.bell.notify_one();
        }
    }

    /// How many wait.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.room().count()
    }

    /// Waits until a token no longer waits, but not longer than `longest`; then the token as it is.
    /// At once, when the hub has stopped running. `None`: there is no such token.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn wait(&self, id: &TokenId, longest: Duration) -> Result<Option<Token>, Failure> {
        let deadline = Instant::now() + longest;
        let Some(token) = retrieve(&self.0.pool, id).await? else {
            return Ok(None);
        };
        if token.status != TokenStatus::Waiting {
            return Ok(Some(token));
        }
        let Some((seat, told)) = self.0.sit(&token) else {
            return Ok(Some(token));
        };
        match tokio::time::timeout_at(deadline, told).await {
            Ok(Ok(token)) => Ok(Some(token)),
            Ok(Err(_)) | Err(_) => {
                drop(seat);
                retrieve(&self.0.pool, id).await
            }
        }
    }

    /// Looks at the tokens that are waited for until told to stop; then sends everybody away. One
    /// such task a process.
    pub async fn run(&self, shutdown: CancellationToken) {
        shutdown.run_until_cancelled(self.0.look_around()).await;
        self.0.room().close();
    }
}

impl Waiting {
    fn room(&self) -> MutexGuard<'_, Room> {
        self.room.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn sit<'a>(
        &'a self,
        token: &'a Token,
    ) -> Option<(Seat<'a>, tokio::sync::oneshot::Receiver<Token>)> {
        let (number, told) = self.room().sit(token)?;
        self.door.notify_one();
        let seat = Seat {
            waiting: self,
            id: &token.id,
            number,
        };
        Some((seat, told))
    }

    async fn look_around(&self) {
        let mut tick = Instant::now() + self.tick;
        loop {
            if self.room().is_empty() {
                self.door.notified().await;
                tick = Instant::now() + self.tick;
            }
            tokio::select! {
                () = tokio::time::sleep_until(tick) => {
                    let all = self.room().all();
                    self.look(&all).await;
                    tick = Instant::now() + self.tick;
                }
                () = self.bell.notified() => {
                    let rung = self.room().take_rung();
                    self.look(&rung).await;
                }
            }
        }
    }

    /// Tells those whose tokens are over.
    async fn look(&self, ids: &[TokenId]) {
        for some in ids.chunks(LOOKED_AT_ONCE_MAX) {
            match find_over(&self.pool, some).await {
                Ok(over) => {
                    let mut room = self.room();
                    over.iter().for_each(|token| room.tell(token));
                }
                Err(error) => {
                    tracing::warn!(%error, "tokens that are waited for were not looked at");
                    return;
                }
            }
        }
    }
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        self.waiting.room().leave(self.id, self.number);
    }
}
