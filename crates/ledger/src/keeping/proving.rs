//! Proofs from stored tiles. They are checked before they are handed out: what the database has
//! may have been tampered with, and then there is no proof.

use super::rows::{StoredCheckpoint, find_checkpoint, read_tiles, signed};
use crate::{Checkpoint, CheckpointError, Entry, Hash, Proof, TreeError, Wanted};
use crate::{check_consistency, check_inclusion};
use domain::{CampaignId, Version};
use event_store::{JournalId, Stored, find_journal, find_stored, stream_after};
use futures_util::TryStreamExt;
use std::pin::pin;
use tokio_postgres::{Client, Error};

/// That one tree begins with another.
#[derive(Debug, Clone, PartialEq)]
pub struct ConsistencyProof {
    /// The older tree's checkpoint, signed.
    pub from: String,
    /// The newer tree's checkpoint, signed.
    pub to: String,
    /// The size of the older tree.
    pub from_size: u64,
    /// The size of the newer tree.
    pub to_size: u64,
    /// The hashes (RFC 6962, section 2.1.2).
    pub hashes: Vec<Hash>,
}

/// Why there is no proof.
#[derive(Debug, thiserror::Error)]
pub enum ProveError {
    /// The database did not answer.
    #[error("read what is proven")]
    Database(#[from] Error),
    /// No such campaign.
    #[error("there never was a campaign {0}")]
    NoCampaign(CampaignId),
    /// No such event.
    #[error("there is no such event")]
    NoEvent,
    /// It is in a partition of the archive that is not attached.
    #[error("position {position} is in a partition of the archive that is not attached")]
    Detached {
        /// Where it is.
        position: u64,
    },
    /// No checkpoint covers it.
    #[error("no checkpoint covers position {position} yet; the latest covers {signed}")]
    NotSealed {
        /// What was asked for.
        position: u64,
        /// What is covered.
        signed: u64,
    },
    /// No checkpoint is of this size.
    #[error("no checkpoint of {size} events was signed")]
    NoCheckpoint {
        /// The size that was asked for.
        size: u64,
    },
    /// The stored checkpoint cannot be read.
    #[error("a stored checkpoint cannot be read")]
    Checkpoint(#[from] CheckpointError),
    /// What is stored is not what was signed.
    #[error("the database does not hold what was signed: run `fermata verify --ledger`")]
    Altered(#[from] TreeError),
}

/// Proves an event of a campaign under the latest checkpoint.
///
/// # Errors
/// When there is no such event, no checkpoint covers it yet, or it was altered.
pub async fn prove_event(
    client: &Client,
    campaign: CampaignId,
    version: Version,
) -> Result<Proof, ProveError> {
    let journal = find_journal(client, campaign).await?;
    let journal = journal.ok_or(ProveError::NoCampaign(campaign))?;
    let stored = find_stored(client, journal, campaign, version).await?;
    prove(client, stored.ok_or(ProveError::NoEvent)?, u64::MAX).await
}

/// Proves the event at a position under the latest checkpoint of at most `size` events.
///
/// # Errors
/// When there is no such event, no checkpoint covers it yet, or it was altered.
pub async fn prove_position(
    client: &Client,
    journal: JournalId,
    position: u64,
    size: u64,
) -> Result<Proof, ProveError> {
    let before = signed(position).saturating_sub(1);
    let events = stream_after(client, journal, before, 1).await?;
    let stored = pin!(events).try_next().await?;
    let stored = stored.ok_or(ProveError::NoEvent)?;
    if signed(position) < stored.position {
        return Err(ProveError::Detached { position });
    }
    prove(client, stored, size).await
}

async fn prove(client: &Client, stored: Stored, size: u64) -> Result<Proof, ProveError> {
    let journal = stored.journal;
    let entry = Entry::from(stored);
    let index = entry.index().ok_or(ProveError::NoEvent)?;
    let found = find_checkpoint(client, journal, size).await?;
    let covering = found.as_ref().filter(|found| index < found.size);
    let Some(StoredCheckpoint { note, .. }) = covering else {
        return Err(ProveError::NotSealed {
            position: index + 1,
            signed: found.map_or(0, |found| found.size),
        });
    };
    let checkpoint = Checkpoint::unverified(note)?;
    let size = checkpoint.size;
    let inclusion = shown(client, journal, Wanted::Inclusion { index, size }).await?;
    check_inclusion(&inclusion, (size, checkpoint.root), (index, entry.leaf()))?;
    Ok(Proof {
        entry,
        inclusion,
        checkpoint: note.clone(),
    })
}

/// Proves that the checkpoint of `to` events, or the latest, begins with that of `from` events.
///
/// # Errors
/// When there are no such checkpoints, or what is stored was altered.
pub async fn prove_consistency(
    client: &Client,
    journal: JournalId,
    from: u64,
    to: Option<u64>,
) -> Result<ConsistencyProof, ProveError> {
    let (old_note, old) = exactly(client, journal, from, Some(from)).await?;
    let (new_note, new) = exactly(client, journal, to.unwrap_or(u64::MAX), to).await?;
    let wanted = Wanted::Consistency {
        old: old.size,
        new: new.size,
    };
    let hashes = shown(client, journal, wanted).await?;
    check_consistency(&hashes, (old.size, old.root), (new.size, new.root))?;
    Ok(ConsistencyProof {
        from: old_note,
        to: new_note,
        from_size: old.size,
        to_size: new.size,
        hashes,
    })
}

async fn exactly(
    client: &Client,
    journal: JournalId,
    up_to: u64,
    wanted: Option<u64>,
) -> Result<(String, Checkpoint), ProveError> {
    let found = find_checkpoint(client, journal, up_to).await?;
    let is_it = |found: &StoredCheckpoint| wanted.is_none_or(|size| size == found.size);
    let missing = ProveError::NoCheckpoint {
        size: wanted.unwrap_or(0),
    };
    let found = found.filter(is_it).ok_or(missing)?;
    let checkpoint = Checkpoint::unverified(&found.note)?;
    Ok((found.note, checkpoint))
}

async fn shown(
    client: &Client,
    journal: JournalId,
    wanted: Wanted,
) -> Result<Vec<Hash>, ProveError> {
    let tiles = read_tiles(client, journal, wanted.tiles()?).await?;
    Ok(tiles.prove(wanted)?)
}
