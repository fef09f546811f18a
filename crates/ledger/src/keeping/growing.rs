//! Adding events to a journal's tree.

use super::rows::{read_tiles, signed, write_tiles};
use super::sealer::SealError;
use crate::{Edge, Entry, TileId, grown};
use domain::{CampaignId, Version};
use event_store::{JournalId, Stored, stream_after};
use futures_util::TryStreamExt;
use std::collections::BTreeSet;
use std::pin::pin;
use tokio_postgres::Transaction;

/// Seals up to `limit` events behind the `sealed` first ones, and keeps their tiles.
pub(super) async fn grow(
    transaction: &Transaction<'_>,
    journal: JournalId,
    sealed: u64,
    limit: i64,
) -> Result<Edge, SealError> {
    let places = Edge::places(sealed).map(|(id, _)| id);
    let tiles = read_tiles(transaction, journal, places).await?;
    let mut edge = Edge::restored(sealed, &tiles).ok_or(SealError::Tiles { journal })?;
    let events = stream_after(transaction, journal, signed(sealed), limit).await?;
    let (mut events, mut grown_tiles) = (pin!(events), Vec::new());
    while let Some(stored) = events.try_next().await? {
        let entry = Entry::from(stored);
        if entry.index() != Some(edge.size()) {
            return Err(SealError::Gap {
                journal,
                position: edge.size() + 1,
            });
        }
        edge.append(entry.leaf(), &mut grown_tiles);
    }
    if sealed < edge.size() {
        let changed: BTreeSet<TileId> = grown(sealed, edge.size()).map(|(id, _)| id).collect();
        grown_tiles.extend(edge.tiles().filter(|tile| changed.contains(&tile.id)));
        write_tiles(transaction, journal, &grown_tiles).await?;
    }
    Ok(edge)
}

impl From<Entry> for Stored {
    fn from(entry: Entry) -> Self {
        Self {
            journal: JournalId(entry.journal),
            position: entry.position,
            campaign_id: CampaignId(entry.campaign_id),
            version: Version(entry.version),
            event_id: entry.event_id,
            event_type: entry.event_type,
            schema_version: entry.schema_version,
            recorded_at: entry.recorded_at,
            payload: entry.payload,
            metadata: entry.metadata,
        }
    }
}

impl From<Stored> for Entry {
    fn from(stored: Stored) -> Self {
        Self {
            journal: stored.journal.0,
            position: stored.position,
            campaign_id: stored.campaign_id.0,
            version: stored.version.0,
            event_id: stored.event_id,
            event_type: stored.event_type,
            schema_version: stored.schema_version,
            recorded_at: stored.recorded_at,
            payload: stored.payload,
            metadata: stored.metadata,
        }
    }
}
