//! Public keys, and where those that were replaced stopped signing.
//!
//! A key that was replaced may be in the hands of a thief: that is why keys are replaced. So its line
//! in the list says, for each journal, at which checkpoint its successor took over: `<key> retired
//! <journal>:<size>:<root> …`. What the old key signs beyond that is not the ledger's, and the events
//! up to there are held to that root, whatever else was taken away or forged. Of a journal that is not
//! in the line, the key signs for nothing. A line of the key alone is a key that was not replaced.

use crate::{BadKey, Checkpoint, Hash, VerifyingKey};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use std::collections::BTreeMap;
use std::fmt;

const RETIRED: &str = "retired";

/// At which checkpoints of its successor a key was replaced, by journal.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Retirement(BTreeMap<i16, (u64, Hash)>);

/// A key of a ledger.
#[derive(Debug, Clone, PartialEq)]
pub struct LedgerKey {
    key: VerifyingKey,
    retired: Option<Retirement>,
}

/// A key that was replaced signed for more than it may.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the key {key_id} was retired at {limit} events of journal {journal}, and this is another tree, of \
     {size}: it was stolen"
)]
pub struct SignedTooLate {
    /// The key.
    pub key_id: String,
    /// The journal.
    pub journal: i16,
    /// Events of the checkpoint.
    pub size: u64,
    /// Events up to which the key may have signed.
    pub limit: u64,
}

impl Retirement {
    /// Replaced at these checkpoints of the successor.
    #[must_use]
    pub fn at<'a>(checkpoints: impl IntoIterator<Item = &'a Checkpoint>) -> Self {
        let place = |it: &Checkpoint| (it.origin.journal, (it.size, it.root));
        Self(checkpoints.into_iter().map(place).collect())
    }

    /// Where the successor took over: journal, size and root.
    pub fn checkpoints(&self) -> impl Iterator<Item = (i16, u64, Hash)> {
        let place = |(journal, (size, root)): (&i16, &(u64, Hash))| (*journal, *size, *root);
        self.0.iter().map(place)
    }
}

impl LedgerKey {
    /// Reads a line of a list of keys.
    ///
    /// # Errors
    /// When it is none.
    pub fn read(line: &str) -> Result<Self, BadKey> {
        let mut words = line.split_whitespace();
        let key = VerifyingKey::read(words.next().unwrap_or_default())?;
        let retired = match words.next() {
            None => None,
            Some(RETIRED) => {
                let places: Option<_> = words.map(place).collect();
                Some(Retirement(places.ok_or(BadKey::Retirement)?))
            }
            Some(_) => return Err(BadKey::Retirement),
        };
        Ok(Self { key, retired })
    }

    /// The key alone.
    #[must_use]
    pub fn key(&self) -> &VerifyingKey {
        &self.key
    }

    /// Where it was replaced; none if it was not.
    #[must_use]
    pub fn retired(&self) -> Option<&Retirement> {
        self.retired.as_ref()
    }

    /// The same key, replaced. Where it was replaced first counts.
    #[must_use]
    pub fn retire(self, at: &Retirement) -> Self {
        let retired = self.retired.or_else(|| Some(at.clone()));
        Self { retired, ..self }
    }

    /// Whether a checkpoint that the key signed may be the ledger's.
    ///
    /// # Errors
    /// When the key had been replaced by then.
    pub fn allow(&self, checkpoint: &Checkpoint) -> Result<(), SignedTooLate> {
        let Some(Retirement(places)) = &self.retired else {
            return Ok(());
        };
        let (journal, size) = (checkpoint.origin.journal, checkpoint.size);
        let place = places.get(&journal);
        let allowed = place.is_some_and(|(limit, root)| {
            size < *limit || size == *limit && checkpoint.root == *root
        });
        if allowed {
            return Ok(());
        }
        Err(SignedTooLate {
            key_id: self.key.id().to_owned(),
            journal,
            size,
            limit: place.map_or(0, |(limit, _)| *limit),
        })
    }
}

impl From<VerifyingKey> for LedgerKey {
    fn from(key: VerifyingKey) -> Self {
        Self { key, retired: None }
    }
}

impl fmt::Display for LedgerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.key)?;
        let Some(retired) = &self.retired else {
            return Ok(());
        };
        write!(f, " {RETIRED}")?;
        for (journal, size, root) in retired.checkpoints() {
            write!(f, " {journal}:{size}:{}", BASE64_STANDARD.encode(root.0))?;
        }
        Ok(())
    }
}

fn place(word: &str) -> Option<(i16, (u64, Hash))> {
    let mut parts = word.splitn(3, ':');
    let (journal, size) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let root = BASE64_STANDARD.decode(parts.next()?).ok()?;
    Some((journal, (size, Hash(root.try_into().ok()?))))
}
