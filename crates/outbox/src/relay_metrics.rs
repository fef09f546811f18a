//! What the relay tells about itself.

use chrono::{DateTime, Utc};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};
use std::time::Duration;

/// The relay's metrics. Cheap to copy; all copies count together.
#[derive(Debug, Clone)]
pub struct RelayMetrics {
    taken: Counter,
    completions: Family<OutcomeLabels, Counter>,
    wake_seconds: Family<PlaceLabels, Histogram>,
    pacing_seconds: Histogram,
    alarm: Gauge,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OutcomeLabels {
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct PlaceLabels {
    place: &'static str,
}

impl RelayMetrics {
    /// Makes the metrics and registers them.
    pub fn register(registry: &mut Registry) -> Self {
        let wakes = || Histogram::new(exponential_buckets(0.001, 2.0, 20));
        let metrics = Self {
            taken: Counter::default(),
            completions: Family::default(),
            wake_seconds: Family::new_with_constructor(wakes),
            pacing_seconds: Histogram::new(exponential_buckets(0.001, 2.0, 18)),
            alarm: Gauge::default(),
        };
        registry.register(
            "fermata_effects_taken",
            "Effects that this process took in",
            metrics.taken.clone(),
        );
        registry.register(
            "fermata_completions",
            "Completions of tokens made elsewhere, by outcome",
            metrics.completions.clone(),
        );
        registry.register_with_unit(
            "fermata_wake",
            "Time from an effect's commit to a token's completion, by where the token lives",
            Unit::Seconds,
            metrics.wake_seconds.clone(),
        );
        registry.register_with_unit(
            "fermata_pacing_wait",
            "Time that a completion waited for its turn",
            Unit::Seconds,
            metrics.pacing_seconds.clone(),
        );
        registry.register(
            "fermata_relay_alarm",
            "1 while tokens made elsewhere are not completed because the key is refused",
            metrics.alarm.clone(),
        );
        metrics
    }

    pub(crate) fn took(&self, effects: usize) {
        self.taken
            .inc_by(u64::try_from(effects).unwrap_or(u64::MAX));
    }

    pub(crate) fn came_to(&self, outcome: &'static str) {
        let labels = OutcomeLabels { outcome };
        self.completions.get_or_create(&labels).inc();
    }

    pub(crate) fn woke(&self, place: &'static str, since: DateTime<Utc>, now: DateTime<Utc>) {
        let seconds = (now - since).as_seconds_f64().max(0.0);
        let labels = PlaceLabels { place };
        self.wake_seconds.get_or_create(&labels).observe(seconds);
    }

    pub(crate) fn waited(&self, rest: Duration) {
        self.pacing_seconds.observe(rest.as_secs_f64());
    }

    pub(crate) fn alarm(&self, raised: bool) {
        self.alarm.set(i64::from(raised));
    }
}
