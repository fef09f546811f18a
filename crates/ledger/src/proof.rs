//! One event with everything that is needed to check it: a file for an auditor.
//!
//! The file holds the event's stored bytes, the way from its leaf to the root, and the signed
//! checkpoint of that root. It is written in one way only, and read back it must be written so
//! again: every byte of it counts, white space too.

use crate::{Checkpoint, CheckpointError, Entry, Hash, TreeError, VerifyingKey, check_inclusion};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};

/// The form that is written; another number is another form.
const FORM: u16 = 1;
const HASH_BYTES: usize = 32;

/// An event and the proof that its journal has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Proof {
    /// The event.
    pub entry: Entry,
    /// The hashes beside the way from the event's leaf to the root.
    pub inclusion: Vec<Hash>,
    /// The signed checkpoint.
    pub checkpoint: String,
}

/// What a proof shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Proven {
    /// The event.
    pub entry: Entry,
    /// The checkpoint under which it is.
    pub checkpoint: Checkpoint,
}

/// Why a file proves nothing.
#[derive(Debug, thiserror::Error)]
pub enum ProofError {
    /// It is not a proof file.
    #[error("this is not a proof file")]
    NotAProof(#[source] serde_json::Error),
    /// It is of a form that this program does not know.
    #[error("the proof is of form {0}; this program knows form {FORM}")]
    UnknownForm(u16),
    /// It was not written by the program that makes proofs, or changed since.
    #[error("the file is not written the way that proofs are; it was changed")]
    Rewritten,
    /// Its checkpoint cannot be relied on.
    #[error("the proof's checkpoint does not hold")]
    Checkpoint(#[from] CheckpointError),
    /// The event is of another journal than the checkpoint.
    #[error("the event is of journal {entry}, the checkpoint of journal {checkpoint}")]
    OtherJournal {
        /// The event's.
        entry: i16,
        /// The checkpoint's.
        checkpoint: i16,
    },
    /// The event is not in the tree.
    #[error("the event is not the one that the journal has at position {position}")]
    NotIncluded {
        /// Where it claims to be.
        position: i64,
        /// Why not.
        #[source]
        source: TreeError,
    },
}

/// As it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    fermata_proof: u16,
    event: Entry,
    inclusion: Vec<String>,
    checkpoint: String,
}

impl Proof {
    /// The file.
    ///
    /// # Errors
    /// Never for the values of this crate; the signature is serde's.
    pub fn write(&self) -> Result<String, serde_json::Error> {
        let encode = |hash: &Hash| BASE64_STANDARD.encode(hash.0);
        let file = File {
            fermata_proof: FORM,
            event: self.entry.clone(),
            inclusion: self.inclusion.iter().map(encode).collect(),
            checkpoint: self.checkpoint.clone(),
        };
        serde_json::to_string_pretty(&file).map(|text| text + "\n")
    }

    /// Reads a file. Says nothing yet about whether it holds.
    ///
    /// # Errors
    /// When it is no proof file, or not exactly as one is written.
    pub fn read(text: &str) -> Result<Self, ProofError> {
        let file: File = serde_json::from_str(text).map_err(ProofError::NotAProof)?;
        if file.fermata_proof != FORM {
            return Err(ProofError::UnknownForm(file.fermata_proof));
        }
        let decode = |text: &String| {
            let bytes = BASE64_STANDARD.decode(text).ok()?;
            let bytes: [u8; HASH_BYTES] = bytes.try_into().ok()?;
            Some(Hash(bytes))
        };
        let inclusion: Option<Vec<Hash>> = file.inclusion.iter().map(decode).collect();
        let proof = Self {
            entry: file.event,
            inclusion: inclusion.ok_or(ProofError::Rewritten)?,
            checkpoint: file.checkpoint,
        };
        let written = proof.write().map_err(ProofError::NotAProof)?;
        if written == text {
            Ok(proof)
        } else {
            Err(ProofError::Rewritten)
        }
    }

    /// Checks the proof with the ledger's public key and nothing else.
    ///
    /// # Errors
    /// When it does not hold; the error says where.
    pub fn verify(self, key: &VerifyingKey) -> Result<Proven, ProofError> {
        let checkpoint = Checkpoint::open(&self.checkpoint, key)?;
        // What is signed beside the ledger's own signature is not checked, so it has no place here.
        if self.checkpoint.lines().count() != Self::CHECKPOINT_LINES {
            return Err(ProofError::Rewritten);
        }
        if self.entry.journal != checkpoint.origin.journal {
            return Err(ProofError::OtherJournal {
                entry: self.entry.journal,
                checkpoint: checkpoint.origin.journal,
            });
        }
        let tree = (checkpoint.size, checkpoint.root);
        let index = self.entry.index().unwrap_or(u64::MAX);
        check_inclusion(&self.inclusion, tree, (index, self.entry.leaf())).map_err(|source| {
            ProofError::NotIncluded {
                position: self.entry.position,
                source,
            }
        })?;
        Ok(Proven {
            entry: self.entry,
            checkpoint,
        })
    }

    /// Origin, size, root, an empty line, one signature.
    const CHECKPOINT_LINES: usize = 5;
}
