//! The directory that a ledger is published to, laid out for tools that read tiled logs (C2SP
//! `tlog-tiles`): `<journal>/checkpoint` and `<journal>/tile/<level>/<number>`.
//!
//! Every file comes into being whole: it is written beside its place, made durable, and renamed. A
//! checkpoint is written after its tiles, so whoever reads it finds them. The events themselves are
//! not published: they are whoever's business the log is.

use crate::{TILE_HASHES, Tile, TileId};
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

const CHECKPOINT: &str = "checkpoint";
const KEYS: &str = "keys";

/// A published ledger.
#[derive(Debug, Clone)]
pub struct Directory(PathBuf);

/// Why a file of the directory cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[error("the published ledger: {}", path.display())]
pub struct DirectoryError {
    /// The file.
    pub path: PathBuf,
    /// Why.
    #[source]
    pub source: io::Error,
}

impl Directory {
    /// The directory at `path`, which need not exist yet.
    #[must_use]
    pub fn at(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// Whether anything was ever published there.
    #[must_use]
    pub fn exists(&self) -> bool {
        self.0.is_dir()
    }

    /// The signed checkpoint of a journal. `None` if none was published.
    ///
    /// # Errors
    /// When there is one that cannot be read.
    pub fn checkpoint(&self, journal: i16) -> Result<Option<String>, DirectoryError> {
        let path = self.place(journal, CHECKPOINT);
        match fs::read_to_string(&path) {
            Ok(note) => Ok(Some(note)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(source) => Err(DirectoryError { path, source }),
        }
    }

    /// A tile of `width` hashes at least, or the full one in its place. `None` if it is not there.
    #[must_use]
    pub fn tile(&self, journal: i16, id: TileId, width: usize) -> Option<Tile> {
        let read = |width| fs::read(self.place(journal, &id.path(width))).ok();
        let bytes = read(TILE_HASHES).or_else(|| read(width))?;
        Some(Tile { id, bytes })
    }

    /// Publishes a tile. Narrower ones that it takes the place of go once it is full.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write_tile(&self, journal: i16, tile: &Tile) -> Result<(), DirectoryError> {
        let path = self.place(journal, &tile.id.path(tile.width()));
        write(&path, &tile.bytes)?;
        if tile.width() == TILE_HASHES {
            // Readers of an older checkpoint take the full one.
            let _was_never_narrower = fs::remove_dir_all(path.with_extension("p"));
        }
        Ok(())
    }

    /// Publishes a signed checkpoint. Its tiles are there.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write_checkpoint(&self, journal: i16, note: &str) -> Result<(), DirectoryError> {
        write(&self.place(journal, CHECKPOINT), note.as_bytes())
    }

    /// Publishes the public keys that ever signed, a line each, unless they are there.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn keep_keys(&self, keys: &[String]) -> Result<(), DirectoryError> {
        let lines: String = keys.iter().map(|key| format!("{key}\n")).collect();
        let path = self.0.join(KEYS);
        if fs::read_to_string(&path).is_ok_and(|there| there == lines) {
            return Ok(());
        }
        write(&path, lines.as_bytes())
    }

    fn place(&self, journal: i16, path: &str) -> PathBuf {
        self.0.join(journal.to_string()).join(path)
    }
}

/// Whole or not at all, also when the machine loses its power.
fn write(path: &Path, bytes: &[u8]) -> Result<(), DirectoryError> {
    let failed = |source| DirectoryError {
        path: path.to_owned(),
        source,
    };
    let process = std::process::id();
    let beside = path.with_added_extension(format!("{process}.new"));
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory).map_err(failed)?;
    }
    let mut file = File::create(&beside).map_err(failed)?;
    file.write_all(bytes).map_err(failed)?;
    file.sync_all().map_err(failed)?;
    fs::rename(&beside, path).map_err(failed)
}
