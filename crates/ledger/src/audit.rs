//! Comparing a journal with what was signed of it, event by event, in memory that does not grow.
//!
//! The journal is read from its beginning and hashed anew. What decides are checkpoints: at the
//! size of each, the root must be the one that was signed. Sealed leaves, from tiles, are not
//! believed: they only tell which event it is when a root is not the one that was signed.
//!
//! Whoever audits hands in, in the order of positions: [`Audit::expect`] for every checkpoint, at
//! the latest before the event of its size; [`Audit::push`] for every event; [`Audit::finish`].

use crate::{Checkpoint, Difference, Edge, Entry, Evidence, Frontier, Hash, Tile};
use std::collections::BTreeMap;

/// An audit of one journal.
#[derive(Debug)]
pub struct Audit {
    journal: i16,
    /// The events, as they are.
    tree: Edge,
    /// The leaves that were sealed, as tiles have them. `None` once one is missing.
    sealed: Option<Frontier>,
    expected: BTreeMap<u64, Vec<(Evidence, Hash)>>,
    largest: Option<(u64, Evidence)>,
    /// Up to here, what is outside of the database decides: what the database says of itself may be
    /// a forgery that agrees with itself.
    outside: u64,
    /// The root at this size was one that was signed.
    agreed: u64,
    /// The first event whose leaf is not the sealed one.
    suspect: Option<u64>,
    checkpoints: u64,
}

/// What an audit without a difference has seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Agreement {
    /// Events of the journal.
    pub events: u64,
    /// Events that a checkpoint covers.
    pub covered: u64,
    /// Checkpoints that were compared.
    pub checkpoints: u64,
}

impl Audit {
    /// An audit of a journal from its first event.
    #[must_use]
    pub fn of(journal: i16) -> Self {
        Self {
            journal,
            tree: Edge::default(),
            sealed: Some(Frontier::default()),
            expected: BTreeMap::new(),
            largest: None,
            outside: 0,
            agreed: 0,
            suspect: None,
            checkpoints: 0,
        }
    }

    /// Events so far.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.tree.size()
    }

    /// Whether an event is not the one that was sealed, as the tiles have it, and no checkpoint said
    /// yet which of both is right.
    #[must_use]
    pub fn is_suspicious(&self) -> bool {
        self.suspect.is_some()
    }

    /// The tiles at the growing side of the tree.
    pub fn edge(&self) -> impl Iterator<Item = Tile> {
        self.tree.tiles()
    }

    /// A checkpoint that the journal must agree with. Its signature was checked.
    pub fn expect(&mut self, evidence: Evidence, checkpoint: &Checkpoint) {
        let of_size = self.expected.entry(checkpoint.size).or_default();
        of_size.push((evidence, checkpoint.root));
        if evidence != Evidence::Stored {
            self.outside = self.outside.max(checkpoint.size);
        }
        if self.largest.is_none_or(|(size, _)| size < checkpoint.size) {
            self.largest = Some((checkpoint.size, evidence));
        }
    }

    /// The next event, and the leaf that was sealed at its place, if that is known. Tiles that are
    /// full now are handed out.
    ///
    /// # Errors
    /// The first difference. There is nothing to go on with after it.
    pub fn push(
        &mut self,
        entry: &Entry,
        sealed: Option<Hash>,
        full: &mut Vec<Tile>,
    ) -> Result<(), Difference> {
        self.in_place(entry)
            .map_err(|difference| self.earlier_or(difference))?;
        let leaf = entry.leaf();
        self.tree.append(leaf, full);
        match (sealed, &mut self.sealed) {
            (Some(hash), Some(frontier)) => frontier.append(hash),
            _ => self.sealed = None,
        }
        if sealed.is_some_and(|hash| hash != leaf) && self.suspect.is_none() {
            self.suspect = Some(self.size());
        }
        self.compare()
    }

    /// The journal has no more events.
    ///
    /// # Errors
    /// The first difference.
    pub fn finish(mut self) -> Result<Agreement, Difference> {
        if let Some(position) = self.suspect {
            return Err(Difference::Event {
                position,
                proven: false,
            });
        }
        let events = self.size();
        if let Some((signed, evidence)) = self.largest
            && events < signed
        {
            return Err(Difference::Shorter {
                events,
                signed,
                evidence,
            });
        }
        // Of the empty tree, which has no event.
        self.compare()?;
        Ok(Agreement {
            events,
            covered: self.agreed,
            checkpoints: self.checkpoints,
        })
    }

    fn in_place(&self, entry: &Entry) -> Result<(), Difference> {
        let expected = self.size() + 1;
        if entry.journal != self.journal {
            return Err(Difference::OtherJournal {
                position: expected,
                journal: entry.journal,
            });
        }
        match u64::try_from(entry.position) {
            Ok(found) if found == expected => Ok(()),
            Ok(found) if expected < found => Err(Difference::Missing {
                position: expected,
                found,
            }),
            _ => Err(Difference::Misplaced {
                position: expected,
                found: entry.position,
            }),
        }
    }

    /// What lies before counts, whatever comes after.
    fn earlier_or(&self, difference: Difference) -> Difference {
        self.suspect
            .map_or(difference, |position| Difference::Event {
                position,
                proven: false,
            })
    }

    fn compare(&mut self) -> Result<(), Difference> {
        let size = self.size();
        let Some(expected) = self.expected.remove(&size) else {
            return Ok(());
        };
        let root = self.tree.root();
        let mut decides = self.outside < size;
        for (evidence, signed) in expected {
            if root != signed {
                return Err(self.located(size, evidence, signed));
            }
            decides |= evidence != Evidence::Stored;
            self.checkpoints += 1;
        }
        if !decides {
            return Ok(());
        }
        self.agreed = size;
        // The events are those that were signed, so it is the tiles that are not.
        match self.suspect {
            Some(position) => Err(Difference::Leaf { position }),
            None => Ok(()),
        }
    }

    /// Where it is that events of `size` have another root than was signed.
    fn located(&self, size: u64, evidence: Evidence, signed: Hash) -> Difference {
        let sealed = self.sealed.as_ref().map(Frontier::root);
        match self.suspect {
            Some(position) if sealed == Some(signed) => Difference::Event {
                position,
                proven: true,
            },
            _ => Difference::Between {
                after: self.agreed,
                up_to: size,
                evidence,
            },
        }
    }
}
