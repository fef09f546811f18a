//! What the fake knows and remembers.

use super::bucket::{Bucket, BucketSize, Taken};
use super::fault::{Fault, ResetHeader};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant, SystemTime};
use waitpoints::TokenId;

/// Everything that was seen.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// Every token that was made.
    pub tokens: BTreeMap<TokenId, SeenToken>,
    /// Every run that was started, by its idempotency key.
    pub runs: BTreeMap<String, SeenRun>,
    /// Requests, whatever came of them.
    pub requests: u32,
    /// When each request came, from the start of the fake.
    pub requested_at: Vec<Duration>,
    /// Requests that were refused for want of budget.
    pub limited: u32,
    /// Requests that did not carry a key that is accepted.
    pub refused: u32,
    /// Faults that were made.
    pub faults: u32,
    /// Connections that were opened.
    pub connections: u32,
    /// Connections that were open at once, at most.
    pub connections_max: u32,
    /// The paths and the headers of the last request, as text, in lower case.
    pub last_head: String,
}

/// A run that was started.
#[derive(Debug, Clone, Default)]
pub struct SeenRun {
    /// Its id.
    pub id: String,
    /// Of which task.
    pub task: String,
    /// With what.
    pub payload: Value,
    /// How often it was asked for.
    pub requests: u32,
}

/// What happened to a token.
#[derive(Debug, Clone, Default)]
pub struct SeenToken {
    /// Completions that were carried out, the first and those that came to nothing.
    pub outputs: Vec<Option<Value>>,
    /// When, from the start of the fake.
    pub completed_at: Vec<Duration>,
    /// Requests about it that got past the key and the limit.
    pub requests: u32,
}

impl SeenToken {
    /// The output that it has: the first.
    #[must_use]
    pub fn output(&self) -> Option<&Value> {
        self.outputs.first()?.as_ref()
    }

    /// Whether it is over.
    #[must_use]
    pub fn is_completed(&self) -> bool {
        !self.outputs.is_empty()
    }
}

impl Seen {
    /// Tokens that still wait.
    #[must_use]
    pub fn waiting(&self) -> usize {
        let waits = |token: &&SeenToken| !token.is_completed();
        self.tokens.values().filter(waits).count()
    }

    /// Requests that came within a span of time from the start of the fake.
    #[must_use]
    pub fn requests_within(&self, from: Duration, length: Duration) -> usize {
        let span = from..from + length;
        self.requested_at
            .iter()
            .filter(|at| span.contains(*at))
            .count()
    }

    /// When the last completion was carried out, counted from the first request.
    #[must_use]
    pub fn took(&self) -> Duration {
        let last = self
            .tokens
            .values()
            .flat_map(|token| &token.completed_at)
            .max();
        let first = self.requested_at.first();
        last.zip(first)
            .map_or(Duration::ZERO, |(last, first)| last.saturating_sub(*first))
    }
}

pub(super) struct World {
    begun: Instant,
    begun_ms: i64,
    state: Mutex<State>,
}

pub(super) struct State {
    pub(super) bucket: Bucket,
    pub(super) ahead_ms: i64,
    pub(super) reset_header: ResetHeader,
    pub(super) tells_limit: bool,
    pub(super) accepts_key: bool,
    pub(super) tasks: BTreeSet<String>,
    pub(super) faults: VecDeque<Fault>,
    pub(super) outage: Option<Fault>,
    sometimes: Option<Sometimes>,
    pub(super) connections: u32,
    pub(super) record: Seen,
    now_ms: i64,
}

struct Sometimes {
    percent: u64,
    faults: Vec<Fault>,
    random: u64,
}

impl Default for World {
    fn default() -> Self {
        let begun_ms = SystemTime::UNIX_EPOCH.elapsed().expect("a time after 1970");
        let begun_ms = i64::try_from(begun_ms.as_millis()).expect("a time of this age");
        Self {
            begun: Instant::now(),
            begun_ms,
            state: Mutex::new(State {
                bucket: Bucket::full(BucketSize::ORIGINAL),
                ahead_ms: 0,
                reset_header: ResetHeader::True,
                tells_limit: true,
                accepts_key: true,
                tasks: BTreeSet::new(),
                faults: VecDeque::new(),
                outage: None,
                sometimes: None,
                connections: 0,
                record: Seen::default(),
                now_ms: begun_ms,
            }),
        }
    }
}

impl World {
    /// The state as of now.
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        let passed = i64::try_from(self.begun.elapsed().as_millis()).expect("a short test");
        let mut state = self.state.lock().expect("a whole lock");
        state.now_ms = self.begun_ms + passed;
        state
    }

    /// From the start of the fake.
    pub(super) fn elapsed(&self) -> Duration {
        self.begun.elapsed()
    }
}

impl State {
    /// The time by its own clock.
    pub(super) fn now_ms(&self) -> i64 {
        self.now_ms + self.ahead_ms
    }

    pub(super) fn new_token(&mut self) -> TokenId {
        let number = self.record.tokens.len();
        let text = format!("waitpoint_cfake{number:020}");
        let token: TokenId = text.parse().expect("an id");
        self.record
            .tokens
            .insert(token.clone(), SeenToken::default());
        token
    }

    pub(super) fn take(&mut self) -> Taken {
        let now_ms = self.now_ms();
        self.bucket.take(now_ms)
    }

    pub(super) fn spend(&mut self, count: u32) {
        for _ in 0..count {
            self.take();
        }
    }

    pub(super) fn fail_sometimes(&mut self, percent: u64, faults: &[Fault], seed: u64) {
        let random = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        let faults = faults.to_vec();
        self.sometimes = Some(Sometimes {
            percent,
            faults,
            random,
        });
    }

    pub(super) fn recover(&mut self) {
        self.faults.clear();
        self.outage = None;
        self.sometimes = None;
    }

    /// How the request that is at hand fails, if it does.
    pub(super) fn next_fault(&mut self) -> Option<Fault> {
        let by_chance = |state: &mut Self| state.sometimes.as_mut()?.next();
        let fault = self.outage.or_else(|| self.faults.pop_front());
        let fault = fault.or_else(|| by_chance(self));
        self.record.faults += u32::from(fault.is_some());
        fault
    }

    pub(super) fn seen(&self) -> Seen {
        self.record.clone()
    }
}

impl Sometimes {
    fn next(&mut self) -> Option<Fault> {
        if self.percent <= self.draw() % 100 {
            return None;
        }
        let count = u64::try_from(self.faults.len()).expect("a few");
        let which = usize::try_from(self.draw() % count).expect("a few");
        Some(self.faults[which])
    }

    /// Xorshift: enough for tests, and the same for the same seed.
    fn draw(&mut self) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random >> 16
    }
}
