//! What whoever audits believes from the start: public keys, and checkpoints saved elsewhere.

use crate::{Checkpoint, CheckpointError, VerifyingKey};

/// Public keys of a ledger, and checkpoints that were saved elsewhere.
#[derive(Debug, Clone, Default)]
pub struct Trust {
    keys: Vec<VerifyingKey>,
    pub(crate) saved: Vec<Checkpoint>,
}

/// Why nothing can be believed.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// There is no key to check signatures with.
    #[error("there is no public key to check signatures with")]
    NoKey,
    /// No key signed it.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
}

impl Trust {
    /// Trust in `keys`: the current one and, after a rotation, those before it.
    #[must_use]
    pub fn of(keys: Vec<VerifyingKey>) -> Self {
        Self {
            keys,
            saved: vec![],
        }
    }

    /// The keys.
    #[must_use]
    pub fn keys(&self) -> &[VerifyingKey] {
        &self.keys
    }

    /// Opens a signed checkpoint with whichever key signed it.
    ///
    /// # Errors
    /// When none did, or it is malformed.
    pub fn open(&self, note: &str) -> Result<Checkpoint, TrustError> {
        let mut refused = TrustError::NoKey;
        for key in self.keys.iter().rev() {
            match Checkpoint::open(note, key) {
                Ok(checkpoint) => return Ok(checkpoint),
                Err(error) => refused = error.into(),
            }
        }
        Err(refused)
    }

    /// Adds a checkpoint that was saved elsewhere: every audit of its journal is held to it.
    ///
    /// # Errors
    /// When none of the keys signed it.
    pub fn save(&mut self, note: &str) -> Result<(), TrustError> {
        let checkpoint = self.open(note)?;
        self.saved.push(checkpoint);
        Ok(())
    }

    /// Saved checkpoints of a journal.
    pub fn saved(&self, journal: i16) -> impl Iterator<Item = &Checkpoint> {
        let of_journal = move |checkpoint: &&Checkpoint| checkpoint.origin.journal == journal;
        self.saved.iter().filter(of_journal)
    }
}
