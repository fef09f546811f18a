//! What whoever audits believes from the start: public keys, and checkpoints saved elsewhere.

use crate::{Checkpoint, CheckpointError, LedgerKey, Origin, SignedTooLate};

/// Public keys of a ledger, and checkpoints that were saved elsewhere.
#[derive(Debug, Clone, Default)]
pub struct Trust {
    keys: Vec<LedgerKey>,
    pub(crate) saved: Vec<Checkpoint>,
    /// Those with which keys were replaced, as the list of keys has them.
    rotated: Vec<Checkpoint>,
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
    /// A key signed it that had been replaced by then.
    #[error(transparent)]
    TooLate(#[from] SignedTooLate),
}

impl Trust {
    /// Trust in `keys`: the current one and, after a rotation, those before it, each as far as it had
    /// not been replaced.
    #[must_use]
    pub fn of<Key: Into<LedgerKey>>(keys: Vec<Key>) -> Self {
        let keys: Vec<LedgerKey> = keys.into_iter().map(Into::into).collect();
        let rotated = keys.iter().flat_map(rotated).collect();
        Self {
            keys,
            saved: vec![],
            rotated,
        }
    }

    /// The keys.
    #[must_use]
    pub fn keys(&self) -> &[LedgerKey] {
        &self.keys
    }

    /// Opens a signed checkpoint with whichever key signed it.
    ///
    /// # Errors
    /// When none did, or only one that had been replaced by then, or it is malformed.
    pub fn open(&self, note: &str) -> Result<Checkpoint, TrustError> {
        let mut refused = TrustError::NoKey;
        for key in self.keys.iter().rev() {
            match Checkpoint::open(note, key.key()) {
                Ok(checkpoint) => {
                    key.allow(&checkpoint)?;
                    return Ok(checkpoint);
                }
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

    /// Checkpoints of a journal with which keys were replaced.
    pub fn rotated(&self, journal: i16) -> impl Iterator<Item = &Checkpoint> {
        let of_journal = move |checkpoint: &&Checkpoint| checkpoint.origin.journal == journal;
        self.rotated.iter().filter(of_journal)
    }
}

fn rotated(key: &LedgerKey) -> impl Iterator<Item = Checkpoint> {
    let places = key.retired().into_iter().flat_map(|at| at.checkpoints());
    places.map(|(journal, size, root)| Checkpoint {
        origin: Origin {
            ledger: key.key().ledger().to_owned(),
            journal,
        },
        size,
        root,
    })
}
