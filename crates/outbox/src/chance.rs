//! Time and chance, handed in, and the rests between attempts that are made of them.

use chrono::{DateTime, Utc};
use std::sync::Arc;
use std::time::Duration;

/// Tells the time. Copies share it.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// Draws a number from 0 up to but not including 1. Copies share it.
pub type Chance = Arc<dyn Fn() -> f64 + Send + Sync>;

/// The shortest rest before an attempt is made again.
const REST_MIN: Duration = Duration::from_secs(1);
/// The longest.
const REST_MAX: Duration = Duration::from_secs(300);

/// Decorrelated jitter: the next rest is drawn between the shortest and three times the last one,
/// so that those who failed together do not come back together.
#[must_use]
pub(crate) fn next_rest(last: Duration, drawn: f64) -> Duration {
    let span = (last * 3).saturating_sub(REST_MIN);
    let rest = REST_MIN + span.mul_f64(drawn.clamp(0.0, 1.0));
    rest.min(REST_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rests_grow_by_chance_within_their_bounds() {
        let second = Duration::from_secs(1);

        assert_eq!(next_rest(Duration::ZERO, 0.9), second);
        assert_eq!(next_rest(second, 0.0), second);
        assert_eq!(next_rest(second, 0.5), 2 * second);
        assert_eq!(next_rest(REST_MAX, 1.0), REST_MAX);
    }
}
