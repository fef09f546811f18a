//! Waits that grow, and that no two processes share: decorrelated jitter.

use std::time::Duration;

/// Each wait is drawn between the shortest and three times the one before, up to the longest.
#[derive(Debug, Clone, Copy)]
pub(super) struct Backoff {
    min: Duration,
    max: Duration,
    last: Duration,
}

impl Backoff {
    pub(super) fn new(min: Duration, max: Duration) -> Self {
        Self {
            min,
            max: max.max(min),
            last: min,
        }
    }

    /// The next wait. `chance` is at least 0 and below 1.
    pub(super) fn next(&mut self, chance: f64) -> Duration {
        let most = (self.last * 3).clamp(self.min, self.max);
        self.last = self.min + between(Duration::ZERO, most - self.min, chance);
        self.last
    }

    /// Begins anew.
    pub(super) fn reset(&mut self) {
        self.last = self.min;
    }
}

/// A time between two, by `chance`; whatever number that is.
pub(super) fn between(min: Duration, max: Duration, chance: f64) -> Duration {
    let part = if chance.is_finite() {
        chance.clamp(0.0, 1.0)
    } else {
        0.5
    };
    min + max.saturating_sub(min).mul_f64(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIN: Duration = Duration::from_secs(1);
    const MAX: Duration = Duration::from_secs(30);

    #[test]
    fn waits_grow_up_to_the_longest_and_begin_anew() {
        let mut backoff = Backoff::new(MIN, MAX);

        let waits: Vec<u64> = (0..5).map(|_| backoff.next(1.0).as_secs()).collect();
        backoff.reset();

        assert_eq!(waits, [3, 9, 27, 30, 30]);
        assert_eq!(backoff.next(1.0).as_secs(), 3);
    }

    #[test]
    fn whatever_chance_says_no_wait_is_outside_its_bounds() {
        let mut backoff = Backoff::new(MIN, MAX);

        for chance in [0.0, -7.0, f64::NAN, f64::INFINITY, 0.99, 1e300] {
            let wait = backoff.next(chance);

            assert!((MIN..=MAX).contains(&wait), "{chance}: {wait:?}");
        }
    }
}
