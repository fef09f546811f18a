//! How often a key may ask the token API, and how it stands: what clients pace themselves by.
//!
//! A key, the public tokens that it signed, and its runs have a bucket each, so that browsers which
//! complete tokens take nothing from the tasks that sleep on them. Whoever is nobody shares one
//! bucket with everybody else who is, so buckets are as many as there are keys.

use chrono::{DateTime, TimeDelta, Utc};
use governor::clock::{Clock, DefaultClock};
use governor::middleware::{StateInformationMiddleware, StateSnapshot};
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use keys::KeyPrefix;
use std::num::NonZeroU32;
use std::time::Duration;

type Buckets =
    RateLimiter<Bucket, DashMapStateStore<Bucket>, DefaultClock, StateInformationMiddleware>;

/// Whose requests are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Bucket {
    /// Those with the key itself.
    Key(KeyPrefix),
    /// Those with public tokens that the key signed.
    PublicTokens(KeyPrefix),
    /// Those of runs with the key, which are not of the API.
    Runs(KeyPrefix),
    /// Those of nobody we know.
    Strangers,
}

/// How a bucket stands after a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    /// Requests that may be made at once.
    pub limit: u32,
    /// Requests that may be made now.
    pub remaining: u32,
    /// How long until there is one more.
    pub wait: Duration,
}

/// Counts requests. One per process, shared by its workers.
pub struct Meter {
    buckets: Option<Buckets>,
    quota: Quota,
    clock: DefaultClock,
}

impl Meter {
    /// `a_second` requests in the long run, `burst` at once. `None` counts nothing.
    #[must_use]
    pub fn new(a_second: Option<NonZeroU32>, burst: NonZeroU32) -> Self {
        let quota = Quota::per_second(a_second.unwrap_or(burst)).allow_burst(burst);
        let buckets = RateLimiter::dashmap(quota).with_middleware::<StateInformationMiddleware>();
        Self {
            buckets: a_second.map(|_| buckets),
            quota,
            clock: DefaultClock::default(),
        }
    }

    /// Takes one request out of a bucket; how it stands then, where requests are counted.
    ///
    /// # Errors
    /// When the bucket was empty.
    pub(crate) fn take(&self, bucket: Bucket) -> Result<Option<Standing>, Standing> {
        let Some(buckets) = &self.buckets else {
            return Ok(None);
        };
        match buckets.check_key(&bucket) {
            Ok(snapshot) => Ok(Some(self.standing(&snapshot))),
            Err(until) => Err(Standing {
                limit: self.quota.burst_size().get(),
                remaining: 0,
                wait: until.wait_time_from(self.clock.now()),
            }),
        }
    }

    fn standing(&self, snapshot: &StateSnapshot) -> Standing {
        Standing {
            limit: self.quota.burst_size().get(),
            remaining: snapshot.remaining_burst_capacity(),
            wait: self.quota.replenish_interval(),
        }
    }
}

impl Standing {
    /// When there is one request more, in milliseconds since the epoch: the next whole one.
    pub fn reset(&self, now: DateTime<Utc>) -> i64 {
        let wait = TimeDelta::from_std(self.wait).unwrap_or_default();
        (now + wait).timestamp_millis().saturating_add(1)
    }

    /// The wait in whole seconds, at least one.
    pub fn seconds(&self) -> u64 {
        self.wait.as_secs() + u64::from(0 < self.wait.subsec_nanos())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(digit: char) -> KeyPrefix {
        format!("ik_live_{}", digit.to_string().repeat(16))
            .parse()
            .unwrap()
    }

    fn slow_meter() -> Meter {
        Meter::new(Some(NonZeroU32::MIN), NonZeroU32::new(3).unwrap())
    }

    #[test]
    fn what_remains_is_told_with_each_request() {
        let meter = slow_meter();

        let remaining: Vec<u32> = (0..3)
            .map(|_| meter.take(Bucket::Key(key('1'))).unwrap().unwrap())
            .map(|standing| standing.remaining)
            .collect();

        assert_eq!(remaining, [2, 1, 0]);
        let refused = meter.take(Bucket::Key(key('1'))).unwrap_err();
        assert_eq!((refused.limit, refused.remaining), (3, 0));
        assert!(!refused.wait.is_zero() && refused.seconds() == 1);
    }

    #[test]
    fn public_tokens_runs_and_strangers_take_nothing_from_a_key() {
        let meter = slow_meter();
        let buckets = [
            Bucket::PublicTokens(key('1')),
            Bucket::Runs(key('1')),
            Bucket::Key(key('2')),
            Bucket::Strangers,
        ];

        for bucket in buckets {
            while meter.take(bucket).is_ok() {}
        }

        let standing = meter.take(Bucket::Key(key('1'))).unwrap().unwrap();
        assert_eq!(standing.remaining, 2);
    }

    #[test]
    fn a_reset_is_never_before_there_is_a_request_again() {
        let now = DateTime::from_timestamp_millis(1_000).unwrap();
        let standing = Standing {
            limit: 1,
            remaining: 0,
            wait: Duration::from_micros(1_500_400),
        };

        assert_eq!((standing.reset(now), standing.seconds()), (2_501, 2));
    }
}
