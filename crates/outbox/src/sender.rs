//! Completing tokens that live elsewhere, a slice at a time.
//!
//! A step: is there work; a turn of the completer; the lease; a slice, read afresh; the attempts,
//! written down; the completions, a few at once, each with a turn of its own; what came of them,
//! written down. A process that dies between any two of these leaves tokens that are sent again, and
//! at most an attempt that never ended. Nothing is lost, and nothing waits for longer than a lease.
//!
//! The turn comes first because it may be long in coming (a rate limit, an outage): what is sent
//! must be chosen when it may be sent, not before.
//!
//! Not here: what is sent to whom (`claim.rs`), what becomes of failures (`outcome.rs`), pacing
//! and outages (the completer).

use crate::chance::{Chance, Clock};
use crate::claim::{Claim, Slice, claim, work_waits};
use crate::completer::{Completion, Turn, WaitpointCompleter};
use crate::failure::{RelayFailure, ask};
use crate::lease::Lease;
use crate::outcome::{Fate, Numbers, Outcome, open_attempts, write_down};
use crate::relay_metrics::RelayMetrics;
use deadpool_postgres::{Client, Pool};
use futures_util::stream::{FuturesUnordered, StreamExt};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// A step that has no turn after this long ends, so that it can be stopped.
const TURN_SECONDS_MAX: u64 = 5;
/// A slice that has not been sent after this long is read again.
const SLICE_SECONDS_MAX: u64 = 2;
const REFUSED: &str = "the key of the service that holds the tokens is refused; tokens are kept";

/// What a sender needs besides its completer.
#[derive(Clone)]
pub struct SenderSettings {
    /// The database.
    pub pool: Pool,
    /// What this process is called in the lease.
    pub holder: String,
    /// The time.
    pub now: Clock,
    /// What rests are drawn by.
    pub chance: Chance,
    /// What is counted.
    pub metrics: RelayMetrics,
}

/// Completes tokens elsewhere. One a process.
pub struct Sender {
    completer: Arc<dyn WaitpointCompleter>,
    settings: SenderSettings,
    lease: Lease,
    /// The tenant that was served last.
    last: Uuid,
}

/// What a step did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// There was nothing to do.
    Nothing,
    /// There is work, and nothing may be sent yet.
    NoTurn,
    /// Another process does the work.
    Elsewhere,
    /// So many tokens were sent.
    Some(usize),
}

impl Sender {
    /// A sender that completes tokens through `completer`.
    #[must_use]
    pub fn new(completer: Arc<dyn WaitpointCompleter>, settings: SenderSettings) -> Self {
        let lease = Lease::new(settings.holder.clone());
        Self {
            completer,
            settings,
            lease,
            last: Uuid::nil(),
        }
    }

    /// Sends the next slice. Once `stop` is cancelled nothing more is begun, and what was sent is
    /// waited for.
    ///
    /// # Errors
    /// When the database does not answer. What was sent is sent again then.
    pub async fn run_once(&mut self, stop: &CancellationToken) -> Result<Sent, RelayFailure> {
        let now = (self.settings.now)();
        if !ask(&self.settings.pool, async |client| {
            work_waits(client, now).await
        })
        .await?
        {
            return Ok(Sent::Nothing);
        }
        let Some(turn) = self.first_turn(stop).await else {
            return Ok(Sent::NoTurn);
        };
        let pool = self.settings.pool.clone();
        let Some((slice, numbers)) = ask(&pool, async |client| self.prepare(client).await).await?
        else {
            return Ok(Sent::Elsewhere);
        };
        if slice.is_empty() {
            return Ok(Sent::Nothing);
        }
        if let Some(claim) = slice.claims.last() {
            self.last = claim.user_id;
        }
        let outcomes = self.send(turn, slice.claims.clone(), stop).await;
        ask(&pool, async |client| {
            self.finish(client, &slice, &outcomes, &numbers).await
        })
        .await?;
        Ok(Sent::Some(outcomes.len()))
    }

    /// Gives the lease back, so that another process goes on at once.
    ///
    /// # Errors
    /// When the database does not answer; the lease ends by itself then.
    pub async fn release(&mut self) -> Result<(), RelayFailure> {
        let pool = self.settings.pool.clone();
        ask(&pool, async |client| self.lease.release(client).await).await
    }

    async fn first_turn(&self, stop: &CancellationToken) -> Option<Turn> {
        let began = Instant::now();
        let turn = tokio::select! {
            biased;
            () = stop.cancelled() => None,
            turn = self.completer.ready() => Some(turn),
            () = tokio::time::sleep(Duration::from_secs(TURN_SECONDS_MAX)) => None,
        };
        self.settings.metrics.waited(began.elapsed());
        turn
    }

    /// The lease, the slice, and the attempts written down. `None`: another process has the lease.
    async fn prepare(&mut self, client: &Client) -> Result<Option<(Slice, Numbers)>, RelayFailure> {
        if !self.lease.hold(client).await? {
            return Ok(None);
        }
        let mut slice = claim(client, (self.settings.now)(), self.last).await?;
        let numbers = open_attempts(client, &slice.claims).await?;
        let goes_on = |claim: &Claim| claim.effect.is_none_or(|id| numbers.contains_key(&id));
        slice.claims.retain(goes_on);
        Ok(Some((slice, numbers)))
    }

    /// Sends claims in order, each as it gets its turn.
    async fn send(
        &self,
        first: Turn,
        claims: Vec<Claim>,
        stop: &CancellationToken,
    ) -> Vec<Outcome> {
        let deadline = Instant::now() + Duration::from_secs(SLICE_SECONDS_MAX);
        let mut flying = FuturesUnordered::new();
        let mut outcomes = Vec::with_capacity(claims.len());
        let mut turn = Some(first);
        for claim in claims {
            if turn.is_none() {
                turn = self
                    .next_turn(&mut flying, &mut outcomes, deadline, stop)
                    .await;
            }
            let Some(turn) = turn.take() else { break };
            flying.push(self.complete(turn, claim));
        }
        drop(turn);
        while let Some(outcome) = flying.next().await {
            outcomes.push(outcome);
        }
        outcomes
    }

    /// Waits for a turn while completions end. `None` when the slice is to end here.
    async fn next_turn<Flight: Future<Output = Outcome>>(
        &self,
        flying: &mut FuturesUnordered<Flight>,
        outcomes: &mut Vec<Outcome>,
        deadline: Instant,
        stop: &CancellationToken,
    ) -> Option<Turn> {
        let began = Instant::now();
        let mut ready = pin!(self.completer.ready());
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => return None,
                Some(outcome) = flying.next(), if !flying.is_empty() => {
                    let refused = outcome.fate == Fate::Kept;
                    outcomes.push(outcome);
                    if refused {
                        return None;
                    }
                }
                turn = &mut ready => {
                    self.settings.metrics.waited(began.elapsed());
                    return Some(turn);
                }
                () = tokio::time::sleep_until(deadline) => return None,
            }
        }
    }

    async fn complete(&self, turn: Turn, claim: Claim) -> Outcome {
        let completion = self
            .completer
            .complete(turn, &claim.id, &claim.output)
            .await;
        let now = (self.settings.now)();
        if completion == Completion::Delivered {
            self.settings.metrics.woke("elsewhere", claim.since, now);
        }
        let fate = Fate::of(&claim, completion, now, (self.settings.chance)());
        self.settings.metrics.came_to(fate.label());
        if let Fate::Postponed(postponed) = &fate
            && postponed.parked
        {
            let (campaign, reason) = (claim.campaign_id, &postponed.reason);
            tracing::warn!(%campaign, reason, "a token is parked");
        }
        Outcome { claim, fate }
    }

    async fn finish(
        &mut self,
        client: &mut Client,
        slice: &Slice,
        outcomes: &[Outcome],
        numbers: &Numbers,
    ) -> Result<(), RelayFailure> {
        write_down(client, outcomes, numbers, &slice.ending).await?;
        let refused = outcomes.iter().any(|outcome| outcome.fate == Fate::Kept);
        let accepted = outcomes.iter().any(|outcome| outcome.fate != Fate::Kept);
        if refused {
            self.raise_alarm(client).await?;
        } else if accepted && self.lease.has_alarm() {
            tracing::info!("the key is accepted again");
            self.settings.metrics.alarm(false);
            self.lease.alarm(client, None).await?;
        }
        Ok(())
    }

    /// Another process may have a key that is accepted: it gets the lease.
    async fn raise_alarm(&mut self, client: &tokio_postgres::Client) -> Result<(), RelayFailure> {
        if !self.lease.has_alarm() {
            tracing::error!("{REFUSED}");
        }
        self.settings.metrics.alarm(true);
        self.lease.alarm(client, Some(REFUSED)).await?;
        self.lease.release(client).await
    }
}
