//! A bucket of requests that grows in steps, as Trigger.dev's does.

use std::time::Duration;

/// How large a bucket is, and how it grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BucketSize {
    /// What it holds at most.
    pub burst: u32,
    /// What a step adds.
    pub refill: u32,
    /// From one step to the next.
    pub interval: Duration,
}

impl BucketSize {
    /// The original's: 750, and 250 more every 10 seconds.
    pub const ORIGINAL: Self = Self {
        burst: 750,
        refill: 250,
        interval: Duration::from_secs(10),
    };

    /// The shortest time in which so many requests can pass, beginning with a full bucket.
    #[must_use]
    pub fn best_time(self, requests: u32) -> Duration {
        let steps = requests.saturating_sub(self.burst).div_ceil(self.refill);
        self.interval * steps
    }

    fn interval_ms(self) -> i64 {
        i64::try_from(self.interval.as_millis()).expect("an interval of this age")
    }
}

/// A bucket. Its steps are counted from the first request on.
#[derive(Debug, Clone, Copy)]
pub struct Bucket {
    size: BucketSize,
    left: u32,
    grown_at_ms: Option<i64>,
}

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// Whether it may pass.
    pub passes: bool,
    /// `x-ratelimit-limit`.
    pub limit: u32,
    /// `x-ratelimit-remaining`.
    pub remaining: u32,
    /// `x-ratelimit-reset`: when it grows next, unix milliseconds.
    pub reset_ms: i64,
}

impl Bucket {
    /// A full bucket.
    #[must_use]
    pub fn full(size: BucketSize) -> Self {
        Self {
            size,
            left: size.burst,
            grown_at_ms: None,
        }
    }

    /// Takes one out, at `now_ms`.
    pub fn take(&mut self, now_ms: i64) -> Taken {
        let interval_ms = self.size.interval_ms();
        let grown_at_ms = *self.grown_at_ms.get_or_insert(now_ms);
        let steps = (now_ms - grown_at_ms).max(0) / interval_ms;
        let grown = u32::try_from(steps)
            .unwrap_or(u32::MAX)
            .saturating_mul(self.size.refill);
        self.left = self.left.saturating_add(grown).min(self.size.burst);
        let grown_at_ms = grown_at_ms + steps * interval_ms;
        self.grown_at_ms = Some(grown_at_ms);
        let passes = 0 < self.left;
        self.left = self.left.saturating_sub(1);
        Taken {
            passes,
            limit: self.size.burst,
            remaining: self.left,
            reset_ms: grown_at_ms + interval_ms,
        }
    }
}
