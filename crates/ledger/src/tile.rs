//! Trees cut into tiles (C2SP `tlog-tiles`): 256 hashes each, level upon level, of which only the
//! last one of a level still grows.
//!
//! [`Edge`] is what growing a tree needs: the tiles that are not full, at most 64 KiB for a tree of
//! any size. [`TileSet`] is what proving needs: the few tiles that [`Wanted`] names, whoever kept
//! them. What is proven from tiles that were tampered with does not hold, so nobody need trust them.

use crate::{Frontier, Hash, TreeError};
use serde::Serialize;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use tlog_tiles::tile::Tile as Coordinates;
use tlog_tiles::tlog::{
    EMPTY_HASH, Error, HASH_SIZE, HashReader, prove_record, prove_tree, tree_hash,
};

/// Hashes of a full tile.
pub const TILE_HASHES: usize = 256;
const TILE_HEIGHT: u8 = 8;
/// Levels of tiles that the largest tree has.
const LEVELS: u8 = 8;
const LEVELS_COUNT: usize = 8;
const FULL: u64 = 1 << TILE_HEIGHT;

/// Which tile of a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct TileId {
    /// 0 for leaves; each level above has a hash for a tile below.
    pub level: u8,
    /// From 0, from left to right.
    pub number: u64,
}

/// A tile and its hashes, as many as there are so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tile {
    /// Which.
    pub id: TileId,
    /// Up to [`TILE_HASHES`] hashes of 32 bytes.
    pub bytes: Vec<u8>,
}

impl TileId {
    /// The path under which tools look for it: `tile/<level>/<number>[.p/<width>]`.
    #[must_use]
    pub fn path(self, width: usize) -> String {
        let mut number = self.number;
        let mut path = format!("{:03}", number % 1_000);
        while 1_000 <= number {
            number /= 1_000;
            path = format!("x{:03}/{path}", number % 1_000);
        }
        let level = self.level;
        if width == TILE_HASHES {
            format!("tile/{level}/{path}")
        } else {
            format!("tile/{level}/{path}.p/{width}")
        }
    }

    fn of(index: u64) -> Self {
        let coordinates = Coordinates::from_index(TILE_HEIGHT, index);
        Self {
            level: coordinates.level(),
            number: coordinates.level_index(),
        }
    }
}

impl Tile {
    /// Hashes in it.
    #[must_use]
    pub fn width(&self) -> usize {
        self.bytes.len() / HASH_SIZE
    }

    /// Its hashes, in order.
    pub fn hashes(&self) -> impl Iterator<Item = Hash> {
        let hash = |chunk: &[u8]| chunk.try_into().ok().map(Hash);
        self.bytes.chunks_exact(HASH_SIZE).filter_map(hash)
    }

    fn of(id: TileId, hashes: &[Hash]) -> Self {
        let bytes = hashes.iter().flat_map(|hash| hash.0).collect();
        Self { id, bytes }
    }
}

/// The tiles that are new or wider in the tree of `new` leaves than in that of `old`, with their
/// width, leaves first.
pub fn grown(old: u64, new: u64) -> impl Iterator<Item = (TileId, usize)> {
    (0..LEVELS).flat_map(move |level| {
        let (before, after) = (nodes(old, level), nodes(new, level));
        let first = before / FULL;
        let numbers = if before < after {
            first..after.div_ceil(FULL)
        } else {
            0..0
        };
        numbers.map(move |number| {
            let left = after - number * FULL;
            let width = usize::try_from(left).unwrap_or(TILE_HASHES);
            (TileId { level, number }, width.min(TILE_HASHES))
        })
    })
}

/// Hashes that a level has in all, in the tree of `size` leaves.
fn nodes(size: u64, level: u8) -> u64 {
    size.checked_shr(u32::from(level) * u32::from(TILE_HEIGHT))
        .unwrap_or(0)
}

/// The growing side of a tree: the last tile of every level, unless it is full.
#[derive(Debug, Clone, PartialEq)]
pub struct Edge {
    size: u64,
    levels: [Vec<Hash>; LEVELS_COUNT],
}

impl Default for Edge {
    fn default() -> Self {
        Self {
            size: 0,
            levels: std::array::from_fn(|_| Vec::new()),
        }
    }
}

impl Edge {
    /// The tiles that the edge of a tree of `size` leaves is made of, with their width.
    pub fn places(size: u64) -> impl Iterator<Item = (TileId, usize)> {
        (0..LEVELS).filter_map(move |level| {
            let nodes = nodes(size, level);
            let width = usize::try_from(nodes % FULL).ok()?;
            let number = nodes / FULL;
            (width != 0).then_some((TileId { level, number }, width))
        })
    }

    /// The edge of a tree of `size` leaves. `None` when a tile is missing or too narrow.
    #[must_use]
    pub fn restored(size: u64, tiles: &TileSet) -> Option<Self> {
        let mut edge = Self {
            size,
            ..Self::default()
        };
        for (id, width) in Self::places(size) {
            let hashes = tiles.get(id)?;
            let level = edge.levels.get_mut(usize::from(id.level))?;
            level.extend(hashes.hashes().take(width));
            if level.len() != width {
                return None;
            }
        }
        Some(edge)
    }

    /// Leaves.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf; tiles that are full now are handed out and forgotten.
    pub fn append(&mut self, leaf: Hash, full: &mut Vec<Tile>) {
        self.size += 1;
        let mut next = leaf;
        for (level, hashes) in (0..LEVELS).zip(&mut self.levels) {
            hashes.push(next);
            if hashes.len() < TILE_HASHES {
                return;
            }
            let number = nodes(self.size, level).saturating_sub(1) / FULL;
            let tile = Tile::of(TileId { level, number }, hashes);
            hashes.clear();
            next = Coordinates::subtree_hash(&tile.bytes);
            full.push(tile);
        }
    }

    /// The tiles that are not full.
    pub fn tiles(&self) -> impl Iterator<Item = Tile> {
        let hashes = |level: u8| self.levels.get(usize::from(level));
        Self::places(self.size).filter_map(move |(id, _)| Some(Tile::of(id, hashes(id.level)?)))
    }

    /// The root of the tree.
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut roots = Vec::new();
        for hashes in self.levels.iter().rev() {
            let mut rest = hashes.as_slice();
            while let Some(power) = rest.len().checked_ilog2() {
                let (subtree, others) = rest.split_at(1 << power);
                let bytes: Vec<u8> = subtree.iter().flat_map(|hash| hash.0).collect();
                roots.push(Coordinates::subtree_hash(&bytes));
                rest = others;
            }
        }
        Frontier::restored(self.size, roots).map_or(EMPTY_HASH, |frontier| frontier.root())
    }
}

/// What has to be shown of a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// The root of the first `size` leaves.
    Root {
        /// Leaves.
        size: u64,
    },
    /// Leaf `index`, from 0, is among the first `size`.
    Inclusion {
        /// The leaf.
        index: u64,
        /// Leaves.
        size: u64,
    },
    /// The first `old` leaves are the same in the tree of the first `new`.
    Consistency {
        /// Leaves of the older tree, at least one.
        old: u64,
        /// Leaves of the newer tree.
        new: u64,
    },
}

impl Wanted {
    /// The tiles that it takes.
    ///
    /// # Errors
    /// When no such tree can have that.
    pub fn tiles(self) -> Result<BTreeSet<TileId>, TreeError> {
        let noted = Noted::default();
        self.shown(&noted)?;
        Ok(noted.0.into_inner())
    }

    /// The root alone, or the hashes of the proof.
    fn shown(self, reader: &impl HashReader) -> Result<Vec<Hash>, TreeError> {
        let beyond = |size, asked| Err(TreeError::Beyond { size, asked });
        match self {
            Self::Root { size: 0 } => return Ok(vec![EMPTY_HASH]),
            Self::Inclusion { index, size } if size <= index => return beyond(size, index),
            Self::Consistency { old, new } if new < old => return beyond(new, old),
            Self::Consistency { old: 0, .. } => return Ok(vec![]),
            _ => {}
        }
        match self {
            Self::Root { size } => tree_hash(size, reader).map(|root| vec![root]),
            Self::Inclusion { index, size } => prove_record(size, index, reader),
            Self::Consistency { old, new } => prove_tree(new, old, reader),
        }
        .map_err(TreeError::Missing)
    }
}

/// Notes which tiles are read, and reads nothing.
#[derive(Default)]
struct Noted(RefCell<BTreeSet<TileId>>);

impl HashReader for Noted {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, Error> {
        let mut noted = self.0.borrow_mut();
        noted.extend(indexes.iter().copied().map(TileId::of));
        Ok(vec![EMPTY_HASH; indexes.len()])
    }
}

/// Some tiles of a tree.
#[derive(Debug, Clone, Default)]
pub struct TileSet(BTreeMap<TileId, Vec<u8>>);

impl TileSet {
    /// Adds a tile. A wider one takes the place of a narrower one.
    pub fn insert(&mut self, tile: Tile) {
        self.0.insert(tile.id, tile.bytes);
    }

    /// The hashes of a tile, if it is there.
    #[must_use]
    pub fn get(&self, id: TileId) -> Option<Tile> {
        let bytes = self.0.get(&id)?.clone();
        Some(Tile { id, bytes })
    }

    /// One hash of a tile, if it is there.
    #[must_use]
    pub fn hash(&self, id: TileId, place: usize) -> Option<Hash> {
        let from = place * HASH_SIZE;
        let bytes = self.0.get(&id)?.get(from..from + HASH_SIZE)?;
        bytes.try_into().ok().map(Hash)
    }

    /// The root of the first `size` leaves.
    ///
    /// # Errors
    /// When a tile is missing.
    pub fn root(&self, size: u64) -> Result<Hash, TreeError> {
        let shown = Wanted::Root { size }.shown(self)?;
        shown.first().copied().ok_or(TreeError::DoesNotHold)
    }

    /// The hashes of a proof.
    ///
    /// # Errors
    /// When a tile is missing, or no such tree can have that.
    pub fn prove(&self, wanted: Wanted) -> Result<Vec<Hash>, TreeError> {
        wanted.shown(self)
    }
}

impl FromIterator<Tile> for TileSet {
    fn from_iter<T: IntoIterator<Item = Tile>>(tiles: T) -> Self {
        Self(
            tiles
                .into_iter()
                .map(|tile| (tile.id, tile.bytes))
                .collect(),
        )
    }
}

impl HashReader for TileSet {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, Error> {
        let read = |index: &u64| {
            let tile = Coordinates::from_index(TILE_HEIGHT, *index);
            let bytes = self
                .0
                .get(&TileId::of(*index))
                .ok_or(Error::IndexesNotInTree)?;
            tile.hash_at_index(bytes, *index)
        };
        indexes.iter().map(read).collect()
    }
}
