//! Auditing a journal of a database, also while it is written: pages, no snapshot, no lock.
//!
//! What counts are checkpoints from outside of the database. Those that the database has are held
//! to as well, and its tiles are compared with the events that they are made of.

use super::rows::{extent, list_checkpoints, read_tiles, signed};
use crate::export_audit::begun;
use crate::{
    Agreement, Audit, Difference, Directory, Entry, Evidence, Hash, TILE_HASHES, Tile, TileId,
    TileSet, Trust,
};
use event_store::{JournalId, stream_after};
use futures_util::TryStreamExt;
use std::pin::pin;
use tokio_postgres::{Client, Error};

/// Events of a page: 16 tiles of leaves.
const PAGE_EVENTS: u64 = 4_096;

/// Why a journal could not be audited.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// The database did not answer.
    #[error("read the journal that is audited")]
    Database(#[from] Error),
    /// It is not what was signed.
    #[error(transparent)]
    Differs(#[from] Difference),
}

/// Compares a journal with everything that was signed of it, from the first event to the last that
/// there was when the audit began.
///
/// # Errors
/// The first difference, or that the database does not answer.
pub async fn audit_journal(
    client: &Client,
    journal: JournalId,
    trust: &Trust,
    directory: Option<&Directory>,
) -> Result<Agreement, AuditError> {
    let (signed, sealed) = extent(client, journal).await?;
    let mut reading = Reading {
        client,
        journal,
        trust,
        directory,
        signed,
        sealed,
        audit: begun(journal.0, trust, directory)?,
    };
    while reading.page().await? {}
    let (events, edge) = (reading.audit.size(), reading.audit.edge().collect());
    let agreement = reading.audit.finish()?;
    if events < sealed {
        return Err(Difference::Cut { events, sealed }.into());
    }
    // What was written since has grown the edge; then there is nothing to compare it with.
    if events == sealed {
        tiles_are_of_events(client, journal, edge).await?;
    }
    Ok(agreement)
}

struct Reading<'a> {
    client: &'a Client,
    journal: JournalId,
    trust: &'a Trust,
    directory: Option<&'a Directory>,
    signed: u64,
    sealed: u64,
    audit: Audit,
}

impl Reading<'_> {
    /// Audits the next page. False when there was none.
    async fn page(&mut self) -> Result<bool, AuditError> {
        let from = self.audit.size();
        let up_to = from + PAGE_EVENTS;
        self.expect_stored(from, up_to.min(self.signed)).await?;
        let leaves = self.leaves(from, up_to.min(self.sealed)).await?;
        let limit = signed(PAGE_EVENTS);
        let events = stream_after(self.client, self.journal, signed(from), limit).await?;
        let (mut events, mut full) = (pin!(events), Vec::new());
        while let Some(stored) = events.try_next().await? {
            let leaf = leaf(&leaves, self.audit.size());
            self.audit.push(&Entry::from(stored), leaf, &mut full)?;
        }
        if !self.audit.is_suspicious() {
            full.retain(|tile| self.is_sealed(tile));
            tiles_are_of_events(self.client, self.journal, full).await?;
        }
        Ok(self.audit.size() == up_to)
    }

    async fn expect_stored(&mut self, after: u64, up_to: u64) -> Result<(), AuditError> {
        let notes = list_checkpoints(self.client, self.journal, after, up_to).await?;
        for (size, note) in notes {
            let refused = |reason: String| Difference::Signature {
                size,
                evidence: Evidence::Stored,
                reason,
            };
            let opened = self.trust.open(&note);
            let checkpoint = opened.map_err(|error| refused(error.to_string()))?;
            if checkpoint.origin.journal != self.journal.0 || checkpoint.size != size {
                let found = format!(
                    "it is of {} events of {}",
                    checkpoint.size, checkpoint.origin
                );
                return Err(refused(found).into());
            }
            self.audit.expect(Evidence::Stored, &checkpoint);
        }
        Ok(())
    }

    /// The leaves of a page as they were sealed: as published, because the database may have been
    /// changed as a whole, and otherwise as stored.
    async fn leaves(&self, from: u64, up_to: u64) -> Result<TileSet, AuditError> {
        let full = u64::try_from(TILE_HASHES).unwrap_or(u64::MAX);
        let numbers = (from / full)..up_to.div_ceil(full);
        let ids = || numbers.clone().map(|number| TileId { level: 0, number });
        let mut leaves = read_tiles(self.client, self.journal, ids()).await?;
        if let Some(directory) = self.directory {
            for tile in ids().filter_map(|id| directory.widest(self.journal.0, id)) {
                leaves.insert(tile);
            }
        }
        Ok(leaves)
    }

    /// Whether a full tile was sealed when the audit began.
    fn is_sealed(&self, tile: &Tile) -> bool {
        let shift = 8 * (u32::from(tile.id.level) + 1);
        let leaves = (tile.id.number + 1).checked_shl(shift);
        leaves.is_some_and(|leaves| leaves <= self.sealed)
    }
}

fn leaf(leaves: &TileSet, index: u64) -> Option<Hash> {
    let id = TileId {
        level: 0,
        number: index >> 8,
    };
    leaves.hash(id, usize::try_from(index & 255).ok()?)
}

/// Whether the stored tiles are those that the events make.
async fn tiles_are_of_events(
    client: &Client,
    journal: JournalId,
    made: Vec<Tile>,
) -> Result<(), AuditError> {
    if made.is_empty() {
        return Ok(());
    }
    let stored = read_tiles(client, journal, made.iter().map(|tile| tile.id)).await?;
    for tile in made {
        let begins_so = |stored: Tile| stored.bytes.starts_with(&tile.bytes);
        if !stored.get(tile.id).is_some_and(begins_so) {
            return Err(Difference::Tile { tile: tile.id }.into());
        }
    }
    Ok(())
}
