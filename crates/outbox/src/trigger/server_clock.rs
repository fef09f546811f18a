//! How far the endpoint's clock is from ours.
//!
//! Its answers name an instant by its own clock (when the budget grows). To wait until then we must
//! know how the clocks differ. Each answer narrows it down: its `Date` was written between our
//! sending and our receiving. As long as that agrees with equal clocks, they are taken to be equal;
//! otherwise the endpoint's is taken to be as late as the evidence allows, for a wait that is
//! a little too long costs nothing and one that is too short costs a refusal.

/// `Date` has whole seconds, and servers write it from a copy that may be up to a second old.
const DATE_COARSE_MS: i64 = 2_000;

/// Bounds of (the endpoint's clock − ours), in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ServerClock {
    low_ms: i64,
    high_ms: i64,
}

impl ServerClock {
    /// Nothing is known.
    pub(super) const UNKNOWN: Self = Self {
        low_ms: i64::MIN,
        high_ms: i64::MAX,
    };

    /// An answer was dated so, by the endpoint's clock.
    pub(super) fn dated(&mut self, date_ms: i64, sent_at_ms: i64, received_at_ms: i64) {
        let told = Self {
            low_ms: date_ms.saturating_sub(received_at_ms),
            high_ms: date_ms
                .saturating_add(DATE_COARSE_MS)
                .saturating_sub(sent_at_ms),
        };
        let both = Self {
            low_ms: self.low_ms.max(told.low_ms),
            high_ms: self.high_ms.min(told.high_ms),
        };
        // A clock was set meanwhile: the newest evidence alone counts.
        *self = if both.low_ms <= both.high_ms {
            both
        } else {
            told
        };
    }

    /// The endpoint's clock had not come to `instant_ms` when it had what we sent at `sent_at_ms`.
    /// Disregarded when it contradicts what is known.
    pub(super) fn not_yet(&mut self, instant_ms: i64, sent_at_ms: i64) {
        let high_ms = instant_ms.saturating_sub(sent_at_ms).min(self.high_ms);
        if self.low_ms <= high_ms && self.low_ms != i64::MIN {
            self.high_ms = high_ms;
        }
    }

    /// How long it is from `now_ms` by our clock until `instant_ms` by the endpoint's. Negative
    /// when it is over.
    pub(super) fn until(&self, instant_ms: i64, now_ms: i64) -> i64 {
        let is_equal_possible = self.low_ms <= 0 && 0 <= self.high_ms;
        let offset_ms = if is_equal_possible { 0 } else { self.low_ms };
        instant_ms.saturating_sub(now_ms.saturating_add(offset_ms))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR_MS: i64 = 3_600_000;
    const NOW_MS: i64 = 1_800_000_000_000;

    #[test]
    fn clocks_are_equal_as_long_as_nothing_contradicts() {
        let mut clock = ServerClock::UNKNOWN;

        clock.dated(NOW_MS - 700, NOW_MS, NOW_MS + 20);

        assert_eq!(clock.until(NOW_MS + 4_000, NOW_MS), 4_000);
    }

    #[test]
    fn a_clock_that_is_an_hour_off_is_seen_either_way() {
        for offset_ms in [HOUR_MS, -HOUR_MS] {
            let mut clock = ServerClock::UNKNOWN;
            let theirs_ms = NOW_MS + offset_ms;

            clock.dated(theirs_ms - theirs_ms % 1000, NOW_MS, NOW_MS + 20);
            let until_ms = clock.until(theirs_ms + 4_000, NOW_MS);

            assert!(
                (4_000..=6_000).contains(&until_ms),
                "{offset_ms}: {until_ms}"
            );
        }
    }

    #[test]
    fn a_clock_that_is_set_is_seen_by_the_next_answer() {
        let mut clock = ServerClock::UNKNOWN;
        clock.dated(NOW_MS, NOW_MS, NOW_MS + 20);

        let later_ms = NOW_MS + HOUR_MS;
        clock.dated(NOW_MS + 1_000, later_ms, later_ms + 20);

        let until_ms = clock.until(NOW_MS + 5_000, later_ms);
        assert!((3_000..=5_100).contains(&until_ms), "{until_ms}");
    }

    #[test]
    fn being_told_that_it_was_too_early_narrows_the_bounds() {
        let mut clock = ServerClock::UNKNOWN;
        // Theirs is 800 ms behind; the date does not show it.
        clock.dated(NOW_MS - 1_000, NOW_MS, NOW_MS + 10);
        assert_eq!(clock.until(NOW_MS, NOW_MS), 0);

        clock.not_yet(NOW_MS - 300, NOW_MS);

        assert_eq!(clock.until(NOW_MS, NOW_MS), 1_010);
    }
}
