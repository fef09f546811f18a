//! How often a key may ask: a token bucket for each.

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use keys::KeyPrefix;
use std::num::NonZeroU32;

/// Buckets of keys. Only keys that exist have one, so there are as many as there are keys.
pub struct RateLimit {
    buckets: Option<DefaultKeyedRateLimiter<KeyPrefix>>,
    clock: DefaultClock,
}

impl RateLimit {
    /// `a_second` requests in the long run, `burst` at once. `None` lets everything through.
    #[must_use]
    pub fn new(a_second: Option<NonZeroU32>, burst: NonZeroU32) -> Self {
        let quota = |rate| Quota::per_second(rate).allow_burst(burst);
        Self {
            buckets: a_second.map(|rate| RateLimiter::keyed(quota(rate))),
            clock: DefaultClock::default(),
        }
    }

    /// Takes one request out of the key's bucket.
    ///
    /// # Errors
    /// The seconds after which there is one again.
    pub fn check(&self, key: KeyPrefix) -> Result<(), u64> {
        let Some(buckets) = &self.buckets else {
            return Ok(());
        };
        buckets.check_key(&key).map_err(|until| {
            let wait = until.wait_time_from(self.clock.now());
            wait.as_secs() + u64::from(0 < wait.subsec_nanos())
        })
    }
}
