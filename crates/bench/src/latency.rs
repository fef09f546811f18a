//! Percentiles of latencies, exact: every sample is kept, a few hundred thousand at most.

use serde::Serialize;
use std::time::Duration;

/// Percentiles in microseconds, by nearest rank.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Latency {
    pub samples: usize,
    pub p50_us: u32,
    pub p90_us: u32,
    pub p99_us: u32,
    pub max_us: u32,
}

impl Latency {
    /// Of samples in microseconds, in any order.
    pub fn of(mut micros: Vec<u32>) -> Self {
        micros.sort_unstable();
        let samples = micros.len();
        let rank = |percent: usize| {
            let place = (samples * percent).div_ceil(100).saturating_sub(1);
            micros.get(place).copied().unwrap_or(0)
        };
        let (p50_us, p90_us, p99_us) = (rank(50), rank(90), rank(99));
        Self {
            samples,
            p50_us,
            p90_us,
            p99_us,
            max_us: micros.last().copied().unwrap_or(0),
        }
    }
}

/// A duration as a sample.
pub fn micros(duration: Duration) -> u32 {
    u32::try_from(duration.as_micros()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_by_nearest_rank() {
        let latency = Latency::of((1..=200).rev().collect());

        let expected = Latency {
            samples: 200,
            p50_us: 100,
            p90_us: 180,
            p99_us: 198,
            max_us: 200,
        };
        assert_eq!(latency, expected);
    }

    #[test]
    fn without_samples_everything_is_zero() {
        assert_eq!(Latency::of(vec![]), Latency::default());
    }
}
