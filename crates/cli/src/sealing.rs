//! Wiring the sealer: its key, whom it trusts, where it publishes.

use crate::configuration::{Configuration, KeyPlace};
use crate::ledger_key::{self, KeyFile, KeyFileError};
use ledger::{Directory, LedgerMetrics, Sealer, SealerSettings, SigningKey, Trust};
use prometheus_client::registry::Registry;
use std::time::Duration;

use crate::service::Settings;

/// With what a service seals.
#[derive(Debug, Clone)]
pub struct Sealing {
    /// Signs.
    pub key: SigningKey,
    /// Every key that ever signed.
    pub trust: Trust,
    /// Where checkpoints and tiles are published.
    pub directory: Option<Directory>,
    /// What lies between two checkpoints of a journal at least.
    pub rest: Duration,
}

impl Sealing {
    /// What the configuration says. Beside a private PostgreSQL, the key is made if it is not
    /// there. Without a key, nothing is sealed, and that is said.
    ///
    /// # Errors
    /// When there is a key that cannot be used.
    pub fn of(configuration: &Configuration) -> Result<Option<Self>, KeyFileError> {
        let Some(file) = ledger_key::file(configuration) else {
            tracing::info!("no ledger key is configured: events are not sealed");
            return Ok(None);
        };
        let is_named = matches!(configuration.ledger_key, Some(KeyPlace::Named(_)));
        let key = match file.read()? {
            Some(key) => key,
            None if !is_named => found_or_made(&file)?,
            None => return Err(KeyFileError::Missing(file.path().to_owned())),
        };
        let mut keys = file.public_keys()?;
        if !keys.iter().any(|known| known.key() == key.public()) {
            keys.push(key.public().clone().into());
        }
        Ok(Some(Self {
            key,
            trust: Trust::of(keys),
            directory: ledger_key::directory(configuration),
            rest: Duration::from_secs(ledger::REST_SECONDS),
        }))
    }
}

/// Another process may make it at the same moment.
fn found_or_made(file: &KeyFile) -> Result<SigningKey, KeyFileError> {
    match file.create(&ledger_key::new_name()) {
        Err(KeyFileError::Exists(path)) => file.read()?.ok_or(KeyFileError::Missing(path)),
        made => made,
    }
}

/// The sealer of a process, if it has a key.
pub(crate) fn sealer(settings: &Settings, registry: &mut Registry) -> Option<Sealer> {
    let metrics = LedgerMetrics::register(registry);
    let sealing = settings.sealing.clone()?;
    Some(Sealer::new(SealerSettings {
        journals: settings.journals,
        key: sealing.key,
        trust: sealing.trust,
        directory: sealing.directory,
        rest: sealing.rest,
        step_events_max: ledger::STEP_EVENTS_MAX,
        metrics,
    }))
}
