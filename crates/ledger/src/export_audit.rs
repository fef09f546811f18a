//! Auditing an export: the same as a database, without one.

use crate::{Agreement, Audit, Difference, Directory, Entry, Evidence, Hash, Trust};
use crate::{TILE_HASHES, Tile, TileId};
use std::collections::BTreeMap;
use std::io::{self, BufRead};

/// An export that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The file.
    #[error("read the export")]
    Read(#[source] io::Error),
    /// A line of it is no event.
    #[error("line {line} of the export is no event")]
    Line {
        /// From 1.
        line: u64,
        /// What is wrong.
        #[source]
        source: serde_json::Error,
    },
}

/// What an audit found, by journal.
pub type Findings = BTreeMap<i16, Result<Agreement, Difference>>;

/// Audits an export: lines of events, each journal's in order, whole journals. Those of `journals`
/// are expected; if that is empty, those that there are or that a checkpoint was saved of.
///
/// # Errors
/// When it cannot be read.
pub fn audit_export(
    lines: impl BufRead,
    trust: &Trust,
    directory: Option<&Directory>,
    journals: &[i16],
) -> Result<Findings, ExportError> {
    let mut audit = ExportAudit::begin(trust, directory, journals);
    for entry in read_export(lines) {
        audit.take(&entry?);
    }
    Ok(audit.end())
}

/// The events of an export, one after the other.
///
/// # Errors
/// Each item, when it cannot be read.
pub fn read_export(lines: impl BufRead) -> impl Iterator<Item = Result<Entry, ExportError>> {
    let entry = |(line, text): (u64, io::Result<String>)| {
        let text = text.map_err(ExportError::Read)?;
        serde_json::from_str(&text).map_err(|source| ExportError::Line { line, source })
    };
    (1..).zip(lines.lines()).map(entry)
}

/// An audit of an export, event by event.
pub struct ExportAudit<'a> {
    trust: &'a Trust,
    directory: Option<&'a Directory>,
    journals: &'a [i16],
    audits: BTreeMap<i16, (Audit, Option<Tile>)>,
    found: Findings,
}

impl<'a> ExportAudit<'a> {
    /// Of an export in which `journals` are expected; if there are none, those that there are or that a
    /// checkpoint was saved of.
    #[must_use]
    pub fn begin(trust: &'a Trust, directory: Option<&'a Directory>, journals: &'a [i16]) -> Self {
        let mut export = Self {
            trust,
            directory,
            journals,
            audits: BTreeMap::new(),
            found: Findings::new(),
        };
        let saved = trust.saved.iter().map(|saved| saved.origin.journal);
        let expected: Vec<i16> = if journals.is_empty() {
            saved.collect()
        } else {
            journals.to_vec()
        };
        expected.iter().for_each(|journal| export.expect(*journal));
        export
    }

    fn expect(&mut self, journal: i16) {
        if self.audits.contains_key(&journal) || self.found.contains_key(&journal) {
            return;
        }
        match begun(journal, self.trust, self.directory) {
            Ok(audit) => {
                self.audits.insert(journal, (audit, None));
            }
            Err(difference) => {
                self.found.insert(journal, Err(difference));
            }
        }
    }

    /// The next event. One of a journal that is not expected does not count.
    pub fn take(&mut self, entry: &Entry) {
        if !self.journals.is_empty() && !self.journals.contains(&entry.journal) {
            return;
        }
        self.expect(entry.journal);
        let Some((audit, tile)) = self.audits.get_mut(&entry.journal) else {
            return;
        };
        let leaf = leaf(self.directory, entry.journal, audit.size(), tile);
        if let Err(difference) = audit.push(entry, leaf, &mut Vec::new()) {
            self.audits.remove(&entry.journal);
            self.found.insert(entry.journal, Err(difference));
        }
    }

    /// There are no more. What was found.
    #[must_use]
    pub fn end(mut self) -> Findings {
        let ended = self.audits.into_iter();
        self.found
            .extend(ended.map(|(journal, (audit, _))| (journal, audit.finish())));
        self.found
    }
}

/// An audit that knows every checkpoint which is not in a database.
pub(crate) fn begun(
    journal: i16,
    trust: &Trust,
    directory: Option<&Directory>,
) -> Result<Audit, Difference> {
    let mut audit = Audit::of(journal);
    for checkpoint in trust.saved(journal) {
        audit.expect(Evidence::Saved, checkpoint);
    }
    for checkpoint in trust.rotated(journal) {
        audit.expect(Evidence::Rotated, checkpoint);
    }
    let published = directory.map_or(Ok(None), |directory| directory.checkpoint(journal));
    let refused = |reason: String| Difference::Signature {
        size: 0,
        evidence: Evidence::Published,
        reason,
    };
    if let Some(note) = published.map_err(|error| refused(error.source.to_string()))? {
        let opened = trust.open(&note);
        let checkpoint = opened.map_err(|error| refused(error.to_string()))?;
        if checkpoint.origin.journal != journal {
            return Err(refused(format!("it is of {}", checkpoint.origin)));
        }
        audit.expect(Evidence::Published, &checkpoint);
    }
    Ok(audit)
}

/// The published leaf at `index`; the tile that it is in is kept for the next one.
fn leaf(
    directory: Option<&Directory>,
    journal: i16,
    index: u64,
    kept: &mut Option<Tile>,
) -> Option<Hash> {
    let (number, place) = (index >> 8, usize::try_from(index & 255).ok()?);
    let id = TileId { level: 0, number };
    if kept.as_ref().is_none_or(|tile| tile.id != id) {
        *kept = directory?.widest(journal, id);
    }
    kept.as_ref()?.hashes().nth(place)
}

impl Directory {
    /// The widest form of a tile that was published.
    pub(crate) fn widest(&self, journal: i16, id: TileId) -> Option<Tile> {
        let full = self.tile(journal, id, TILE_HASHES);
        full.or_else(|| {
            let widths = (1..TILE_HASHES).rev();
            widths
                .filter_map(|width| self.tile(journal, id, width))
                .next()
        })
    }
}
