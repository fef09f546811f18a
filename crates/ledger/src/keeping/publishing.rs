//! Bringing what was signed into the published directory, some tiles at a time.

use super::rows::{StoredCheckpoint, find_checkpoint, read_tiles};
use super::sealer::{SealError, SealerSettings};
use crate::{Checkpoint, Directory, DirectoryError, Tile, TileId, TileSet, grown};
use event_store::JournalId;
use tokio_postgres::Transaction;

/// Tiles that one step publishes at most: 2 MiB.
const TILES_MAX: usize = 256;
const HASH_BYTES: usize = 32;

/// How far a journal is published.
#[derive(Debug, Clone, Default)]
pub(super) struct Progress {
    /// The published checkpoint.
    note: Option<String>,
    size: u64,
    /// Tiles of the next one that are there already.
    tiles: usize,
    /// The next one.
    next: Option<StoredCheckpoint>,
}

impl Progress {
    /// How far a journal is, by its published checkpoint.
    pub fn found(note: Option<String>) -> Self {
        let opened = note.as_ref().map(|note| Checkpoint::unverified(note));
        let size = opened.and_then(Result::ok).map_or(0, |found| found.size);
        Self {
            note,
            size,
            ..Self::default()
        }
    }

    /// Whether some tiles of the next checkpoint are published already.
    pub fn is_under_way(&self) -> bool {
        self.next.is_some()
    }

    /// Events that the published checkpoint covers.
    pub fn size(&self) -> u64 {
        self.size
    }
}

/// One step. Returns the progress, and whether there is more to do.
pub(super) async fn publish(
    transaction: &Transaction<'_>,
    journal: JournalId,
    mut progress: Progress,
    settings: &SealerSettings,
) -> Result<(Progress, bool), SealError> {
    let Some(directory) = settings.directory.clone() else {
        return Ok((progress, false));
    };
    if progress.next.is_none() {
        let latest = find_checkpoint(transaction, journal, u64::MAX).await?;
        let is_new = |latest: &StoredCheckpoint| {
            progress.size <= latest.size && progress.note.as_ref() != Some(&latest.note)
        };
        progress.next = latest.filter(is_new);
        progress.tiles = 0;
    }
    let Some(next) = progress.next.clone() else {
        return Ok((progress, false));
    };
    let wanted = grown(progress.size, next.size).skip(progress.tiles);
    let wanted: Vec<(TileId, usize)> = wanted.take(TILES_MAX).collect();
    let ids = wanted.iter().map(|(id, _)| *id);
    let tiles = read_tiles(transaction, journal, ids).await?;
    let tiles = cut(&wanted, &tiles).ok_or(SealError::Tiles { journal })?;
    progress.tiles += tiles.len();
    let is_last = tiles.len() < TILES_MAX;
    let keys: Vec<String> = settings
        .trust
        .keys()
        .iter()
        .map(ToString::to_string)
        .collect();
    let note = is_last.then(|| next.note.clone());
    write(directory, journal.0, tiles, (note, keys)).await?;
    if is_last {
        progress = Progress::found(Some(next.note));
    }
    Ok((progress, !is_last))
}

/// The tiles, each as wide as it was when the checkpoint was signed.
fn cut(wanted: &[(TileId, usize)], tiles: &TileSet) -> Option<Vec<Tile>> {
    let cut = |(id, width): &(TileId, usize)| {
        let mut tile = tiles.get(*id)?;
        tile.bytes.truncate(width * HASH_BYTES);
        (tile.width() == *width).then_some(tile)
    };
    wanted.iter().map(cut).collect()
}

/// Files are written on a thread that may wait for a disk.
async fn write(
    directory: Directory,
    journal: i16,
    tiles: Vec<Tile>,
    (note, keys): (Option<String>, Vec<String>),
) -> Result<(), SealError> {
    let written = tokio::task::spawn_blocking(move || -> Result<(), DirectoryError> {
        for tile in &tiles {
            directory.write_tile(journal, tile)?;
        }
        if let Some(note) = note {
            directory.keep_keys(&keys)?;
            directory.write_checkpoint(journal, &note)?;
        }
        Ok(())
    });
    Ok(written.await.map_err(SealError::Interrupted)??)
}
