//! What the sealer tells about itself.

use event_store::JournalId;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

/// The sealer's metrics. Cheap to copy; all copies count together.
#[derive(Debug, Clone, Default)]
pub struct LedgerMetrics {
    pub(super) sealed: Counter,
    pub(super) signed: Counter,
    unsealed: Family<JournalLabels, Gauge>,
    refused: Family<JournalLabels, Gauge>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct JournalLabels {
    journal: i16,
}

impl LedgerMetrics {
    /// Makes the metrics and registers them.
    pub fn register(registry: &mut Registry) -> Self {
        let metrics = Self::default();
        registry.register(
            "fermata_ledger_sealed_events",
            "Events that this process sealed",
            metrics.sealed.clone(),
        );
        registry.register(
            "fermata_ledger_signed_checkpoints",
            "Checkpoints that this process signed",
            metrics.signed.clone(),
        );
        registry.register(
            "fermata_ledger_unsealed_events",
            "Events of a journal that were not sealed when this process last looked",
            metrics.unsealed.clone(),
        );
        registry.register(
            "fermata_ledger_refused",
            "1 while this process does not sign or publish a journal; the log says why",
            metrics.refused.clone(),
        );
        metrics
    }

    pub(super) fn unsealed(&self, journal: JournalId, events: u64) {
        let labels = JournalLabels { journal: journal.0 };
        let events = i64::try_from(events).unwrap_or(i64::MAX);
        self.unsealed.get_or_create(&labels).set(events);
    }

    pub(super) fn refused(&self, journal: JournalId, refused: bool) {
        let labels = JournalLabels { journal: journal.0 };
        self.refused.get_or_create(&labels).set(i64::from(refused));
    }
}
