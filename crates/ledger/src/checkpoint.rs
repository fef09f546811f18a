//! Signed statements of how large a journal's tree is and what its root is
//! (C2SP `tlog-checkpoint`, signed as C2SP `signed-note`): standard tools read them.

use crate::{Hash, SigningKey, VerifyingKey};
use signed_note::{Note, NoteError};
use std::fmt;
use tlog_tiles::checkpoint::Checkpoint as Text;

/// Which log a checkpoint speaks of: `<name of the ledger>/journals/<number>`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    /// The ledger's name, which is that of its keys.
    pub ledger: String,
    /// The journal's number.
    pub journal: i16,
}

/// What is known of a tree.
#[derive(Debug, Clone, PartialEq)]
pub struct Checkpoint {
    /// Which tree.
    pub origin: Origin,
    /// Leaves.
    pub size: u64,
    /// Its root.
    pub root: Hash,
}

/// Why a text is no checkpoint that can be relied on.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// It is not of the form of a signed checkpoint.
    #[error("this is not a signed checkpoint of a journal")]
    Form,
    /// No signature by the key, or one that does not hold.
    #[error("the checkpoint is not signed by {key}")]
    NotSigned {
        /// The key that should have signed it.
        key: String,
        /// What is wrong.
        #[source]
        source: NoteError,
    },
    /// The key belongs to another ledger.
    #[error("the checkpoint is of the ledger {found}, the key of {expected}")]
    OtherLedger {
        /// The ledger that the checkpoint names.
        found: String,
        /// The ledger of the key.
        expected: String,
    },
    /// It could not be signed.
    #[error("the checkpoint could not be signed")]
    Signing(#[source] NoteError),
}

impl Origin {
    const BETWEEN: &'static str = "/journals/";

    /// Reads the origin line of a checkpoint.
    #[must_use]
    pub fn read(line: &str) -> Option<Self> {
        let (ledger, number) = line.rsplit_once(Self::BETWEEN)?;
        let journal: i16 = number.parse().ok()?;
        let origin = Self {
            ledger: ledger.to_owned(),
            journal,
        };
        (0 <= journal && origin.to_string() == line).then_some(origin)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}{}", self.ledger, Self::BETWEEN, self.journal)
    }
}

impl Checkpoint {
    /// The signed text.
    ///
    /// # Errors
    /// When the origin is empty or the key cannot sign.
    pub fn sign(&self, key: &SigningKey) -> Result<String, CheckpointError> {
        let text = Text::new(&self.origin.to_string(), self.size, self.root, "");
        let text = text.map_err(|_| CheckpointError::Form)?.to_bytes();
        let mut note = Note::new(&text, &[]).map_err(CheckpointError::Signing)?;
        note.add_sigs(&[key.signer()])
            .map_err(CheckpointError::Signing)?;
        String::from_utf8(note.to_bytes()).map_err(|_| CheckpointError::Form)
    }

    /// Reads a signed text and checks its signature. Signatures of others beside it, of witnesses
    /// for example, are neither needed nor checked.
    ///
    /// # Errors
    /// When it is malformed, not signed by `key`, or of another ledger than the key's.
    pub fn open(signed: &str, key: &VerifyingKey) -> Result<Self, CheckpointError> {
        let note = Note::from_bytes(signed.as_bytes()).map_err(|_| CheckpointError::Form)?;
        let verifiers = key.verifiers().ok_or(CheckpointError::Form)?;
        note.verify(&verifiers)
            .map_err(|source| CheckpointError::NotSigned {
                key: key.as_str().to_owned(),
                source,
            })?;
        let checkpoint = Self::read(note.text())?;
        if checkpoint.origin.ledger == key.ledger() {
            return Ok(checkpoint);
        }
        Err(CheckpointError::OtherLedger {
            found: checkpoint.origin.ledger,
            expected: key.ledger().to_owned(),
        })
    }

    /// What a signed text says, whoever signed it: for those who make proofs, not who believe them.
    pub(crate) fn unverified(signed: &str) -> Result<Self, CheckpointError> {
        let note = Note::from_bytes(signed.as_bytes()).map_err(|_| CheckpointError::Form)?;
        Self::read(note.text())
    }

    fn read(text: &[u8]) -> Result<Self, CheckpointError> {
        let text = Text::from_bytes(text).map_err(|_| CheckpointError::Form)?;
        Ok(Self {
            origin: Origin::read(text.origin()).ok_or(CheckpointError::Form)?,
            size: text.size(),
            root: *text.hash(),
        })
    }
}
