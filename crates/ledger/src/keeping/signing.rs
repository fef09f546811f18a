//! Signing a tree, if it is the one that was signed before, grown.
//!
//! The database could have been changed since the last checkpoint, tiles and all. So the sealer
//! remembers what it signed last, outside of the database: in the published directory, and in
//! memory. A tree that does not begin with that one is not signed.

use super::rows::{NewCheckpoint, find_checkpoint, read_tiles, write_checkpoint};
use super::sealer::{SealError, SealerSettings};
use crate::{Checkpoint, Edge, Hash, Origin, Wanted, check_consistency};
use event_store::JournalId;
use tokio_postgres::Transaction;

/// What was signed last, as far as anybody outside of the database knows; if nobody does, as the
/// database has it.
pub(super) async fn recollect(
    transaction: &Transaction<'_>,
    journal: JournalId,
    settings: &SealerSettings,
) -> Result<Option<Checkpoint>, SealError> {
    let directory = settings.directory.as_ref();
    let published = directory.map(|directory| directory.checkpoint(journal.0));
    let note = match published.transpose()?.flatten() {
        Some(note) => Some(note),
        None => {
            let stored = find_checkpoint(transaction, journal, u64::MAX).await?;
            stored.map(|stored| stored.note)
        }
    };
    let Some(note) = note else { return Ok(None) };
    let opened = settings.trust.open(&note);
    let checkpoint = opened.map_err(|source| SealError::Foreign { journal, source })?;
    if checkpoint.origin.journal == journal.0 {
        return Ok(Some(checkpoint));
    }
    Err(SealError::Misfiled {
        journal,
        found: checkpoint.origin,
    })
}

/// Signs the tree and keeps the checkpoint.
pub(super) async fn sign(
    transaction: &Transaction<'_>,
    journal: JournalId,
    edge: &Edge,
    (before, settings): (Option<&Checkpoint>, &SealerSettings),
) -> Result<Checkpoint, SealError> {
    let (size, root) = (edge.size(), edge.root());
    if let Some(before) = before {
        let wanted = Wanted::Consistency {
            old: before.size,
            new: size,
        };
        let tiles = read_tiles(transaction, journal, wanted.tiles()?).await?;
        let rewritten = |_| SealError::Rewritten {
            journal,
            signed: before.size,
        };
        let proof: Vec<Hash> = tiles.prove(wanted).map_err(rewritten)?;
        check_consistency(&proof, (before.size, before.root), (size, root)).map_err(rewritten)?;
    }
    let public = settings.key.public();
    let checkpoint = Checkpoint {
        origin: Origin {
            ledger: public.ledger().to_owned(),
            journal: journal.0,
        },
        size,
        root,
    };
    let note = checkpoint.sign(&settings.key)?;
    let new = NewCheckpoint {
        size,
        root,
        note: &note,
        key_id: public.id(),
        public_key: public.as_str(),
    };
    write_checkpoint(transaction, journal, &new).await?;
    Ok(checkpoint)
}
