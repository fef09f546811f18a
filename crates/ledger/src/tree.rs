//! The Merkle tree of a journal (RFC 6962, section 2.1), in the two forms that are needed: one
//! that keeps every hash and can prove ([`Tree`]), and one that keeps a few and knows the root
//! ([`Frontier`]), for journals of any length.

pub use tlog_tiles::tlog::Hash;
use tlog_tiles::tlog::{
    EMPTY_HASH, Error, HashReader, check_record, check_tree, node_hash, prove_record, prove_tree,
    stored_hashes_for_record_hash, tree_hash,
};

/// Why a tree cannot answer, or a proof does not hold.
#[derive(Debug, thiserror::Error)]
pub enum TreeError {
    /// A leaf or a size that the tree does not have.
    #[error("the tree has {size} leaves and cannot answer for {asked}")]
    Beyond {
        /// Leaves of the tree.
        size: u64,
        /// What was asked for.
        asked: u64,
    },
    /// The proof does not lead to the root.
    #[error("the proof does not lead to the root of the tree")]
    DoesNotHold,
    /// A hash of the tree is missing: a defect.
    #[error("a hash of the tree is missing")]
    Missing(#[source] Error),
}

/// A tree with all its hashes, 64 bytes a leaf.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    size: u64,
    stored: Stored,
}

#[derive(Debug, Clone, Default)]
struct Stored(Vec<Hash>);

impl HashReader for Stored {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, Error> {
        let find = |index: &u64| {
            usize::try_from(*index)
                .ok()
                .and_then(|index| self.0.get(index))
        };
        indexes
            .iter()
            .map(|index| find(index).copied().ok_or(Error::IndexesNotInTree))
            .collect()
    }
}

impl Tree {
    /// Leaves.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf.
    ///
    /// # Errors
    /// Never for a tree that was only added to.
    pub fn append(&mut self, leaf: Hash) -> Result<(), TreeError> {
        let hashes = stored_hashes_for_record_hash(self.size, leaf, &self.stored)
            .map_err(TreeError::Missing)?;
        self.stored.0.extend(hashes);
        self.size += 1;
        Ok(())
    }

    /// The root of the first `size` leaves.
    ///
    /// # Errors
    /// When there are fewer.
    pub fn root_of(&self, size: u64) -> Result<Hash, TreeError> {
        self.within(size)?;
        tree_hash(size, &self.stored).map_err(TreeError::Missing)
    }

    /// Proves that leaf `index`, from 0, is among the first `size` leaves.
    ///
    /// # Errors
    /// When it is not, or there are fewer.
    pub fn prove_inclusion(&self, index: u64, size: u64) -> Result<Vec<Hash>, TreeError> {
        self.within(size)?;
        if size <= index {
            return Err(TreeError::Beyond { size, asked: index });
        }
        prove_record(size, index, &self.stored).map_err(TreeError::Missing)
    }

    /// Proves that the first `old` leaves are the same in the tree of the first `new` leaves. The
    /// empty tree needs no proof.
    ///
    /// # Errors
    /// When there are fewer.
    pub fn prove_consistency(&self, old: u64, new: u64) -> Result<Vec<Hash>, TreeError> {
        self.within(new)?;
        if new < old {
            return Err(TreeError::Beyond {
                size: new,
                asked: old,
            });
        }
        if old == 0 {
            return Ok(vec![]);
        }
        prove_tree(new, old, &self.stored).map_err(TreeError::Missing)
    }

    fn within(&self, asked: u64) -> Result<(), TreeError> {
        if asked <= self.size {
            Ok(())
        } else {
            Err(TreeError::Beyond {
                size: self.size,
                asked,
            })
        }
    }
}

/// Checks that `leaf` is leaf `index`, from 0, of the tree of `size` leaves with this `root`.
///
/// # Errors
/// When that is not shown.
pub fn check_inclusion(
    proof: &[Hash],
    (size, root): (u64, Hash),
    (index, leaf): (u64, Hash),
) -> Result<(), TreeError> {
    if size <= index {
        return Err(TreeError::Beyond { size, asked: index });
    }
    check_record(&proof.to_vec(), size, root, index, leaf).map_err(|_| TreeError::DoesNotHold)
}

/// Checks that the tree `new` begins with the tree `old`, each a size and a root.
///
/// # Errors
/// When that is not shown.
pub fn check_consistency(
    proof: &[Hash],
    (old, old_root): (u64, Hash),
    (new, new_root): (u64, Hash),
) -> Result<(), TreeError> {
    if new < old {
        return Err(TreeError::Beyond {
            size: new,
            asked: old,
        });
    }
    if old == 0 {
        let holds = proof.is_empty() && old_root == EMPTY_HASH;
        return if holds {
            Ok(())
        } else {
            Err(TreeError::DoesNotHold)
        };
    }
    check_tree(&proof.to_vec(), new, new_root, old, old_root).map_err(|_| TreeError::DoesNotHold)
}

/// The roots of a tree's complete subtrees, the largest first: all that the root of the whole needs.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Frontier {
    size: u64,
    roots: Vec<Hash>,
}

impl Frontier {
    /// A frontier as it was kept. `None` when so many leaves have another number of subtrees.
    #[must_use]
    pub fn restored(size: u64, roots: Vec<Hash>) -> Option<Self> {
        let fits = usize::try_from(size.count_ones()) == Ok(roots.len());
        fits.then_some(Self { size, roots })
    }

    /// Leaves.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The roots of the complete subtrees, the largest first.
    #[must_use]
    pub fn roots(&self) -> &[Hash] {
        &self.roots
    }

    /// Adds a leaf.
    pub fn append(&mut self, leaf: Hash) {
        let mut root = leaf;
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.roots.pop() {
                root = node_hash(left, root);
            }
        }
        self.roots.push(root);
        self.size += 1;
    }

    /// The root of the tree.
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut roots = self.roots.iter().rev().copied();
        let Some(last) = roots.next() else {
            return EMPTY_HASH;
        };
        roots.fold(last, |right, left| node_hash(left, right))
    }
}
