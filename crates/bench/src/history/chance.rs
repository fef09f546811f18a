//! Where a made log has its clock, its ids and its chances from: all of it follows from a seed.

use chrono::{DateTime, TimeDelta, Utc};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use uuid::{Builder, Uuid};

/// 1 January 2026, in microseconds.
const BEGINNING: i64 = 1_767_225_600_000_000;
/// Between two commands of a journal, at most.
const PAUSE_MICROSECONDS_MAX: i64 = 2_000_000;

/// A source of everything that a log does not decide.
pub struct Chance {
    random: StdRng,
    now: DateTime<Utc>,
}

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self {
            random: StdRng::seed_from_u64(seed),
            now: DateTime::from_timestamp_micros(BEGINNING).unwrap_or_default(),
        }
    }

    /// The time of the command that is decided.
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// Lets time go on.
    pub fn pass(&mut self) {
        let microseconds = self.random.random_range(1..PAUSE_MICROSECONDS_MAX);
        self.now += TimeDelta::microseconds(microseconds);
    }

    /// An id as the service makes them: they sort by time.
    pub fn id(&mut self) -> Uuid {
        let milliseconds = u64::try_from(self.now.timestamp_millis()).unwrap_or(0);
        Builder::from_unix_timestamp_millis(milliseconds, &self.random.random()).into_uuid()
    }

    /// A number from 0 on below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        self.random.random_range(0..end.max(1))
    }

    /// So often in ten thousand.
    pub fn strikes(&mut self, in_ten_thousand: u32) -> bool {
        self.random
            .random_ratio(in_ten_thousand.min(10_000), 10_000)
    }

    /// From `low` to twice its `doublings`-th doubling: small numbers as often as great ones.
    pub fn size(&mut self, low: usize, doublings: usize) -> usize {
        let least = (0..self.below(doublings + 1)).fold(low, |size, _| size * 2);
        least + self.below(least)
    }
}
