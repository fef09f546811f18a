//! What the lanes tell about themselves.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

/// The lanes' metrics. Cheap to copy; all copies count together.
#[derive(Debug, Clone)]
pub struct Metrics {
    pub(crate) commands: Family<CommandLabels, Counter>,
    pub(crate) batches: Family<BatchLabels, Counter>,
    pub(crate) batch_commands: Histogram,
    pub(crate) commit_seconds: Histogram,
    pub(crate) waiting: Family<JournalLabels, Gauge>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct CommandLabels {
    pub command: &'static str,
    pub outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct BatchLabels {
    pub outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct JournalLabels {
    pub journal: i16,
}

impl Metrics {
    /// Makes the metrics and registers them.
    pub fn register(registry: &mut Registry) -> Self {
        let metrics = Self {
            commands: Family::default(),
            batches: Family::default(),
            batch_commands: Histogram::new(exponential_buckets(1.0, 2.0, 11)),
            commit_seconds: Histogram::new(exponential_buckets(0.000_25, 2.0, 16)),
            waiting: Family::default(),
        };
        let scope = registry;
        scope.register(
            "fermata_commands",
            "Commands by kind and outcome",
            metrics.commands.clone(),
        );
        scope.register(
            "fermata_batches",
            "Batches by outcome",
            metrics.batches.clone(),
        );
        scope.register(
            "fermata_batch_commands",
            "Commands in a batch",
            metrics.batch_commands.clone(),
        );
        scope.register_with_unit(
            "fermata_commit",
            "Time from sending a batch to knowing that it is durable",
            Unit::Seconds,
            metrics.commit_seconds.clone(),
        );
        scope.register(
            "fermata_commands_waiting",
            "Commands that wait for a lane, by journal",
            metrics.waiting.clone(),
        );
        metrics
    }
}
