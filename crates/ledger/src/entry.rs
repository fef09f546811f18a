//! An event as the ledger sees it: its stored bytes, encoded in the one way that is hashed.
//!
//! The encoding is a promise (`docs/AUDIT.md` writes it down for other programs): a tag, then every
//! field in this order, each behind its length in bytes as four bytes, big-endian. Numbers are
//! big-endian two's complement, ids their sixteen bytes, times microseconds since 1970. The
//! payload and the metadata are the text as it was written, never parsed.

use crate::Hash;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

const TAG: &[u8] = b"fermata.event.v1";

/// One event of a journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The journal's number.
    pub journal: i16,
    /// The event's place in the journal, from 1.
    pub position: i64,
    /// The campaign it is about.
    pub campaign_id: Uuid,
    /// Which of the campaign's events it is, from 1.
    pub version: i64,
    /// Its own id.
    pub event_id: Uuid,
    /// The stored type.
    #[serde(rename = "type")]
    pub event_type: String,
    /// The schema version of the payload.
    pub schema_version: i16,
    /// When it was recorded, to the microsecond.
    pub recorded_at: DateTime<Utc>,
    /// The payload as stored.
    pub payload: String,
    /// The metadata as stored.
    pub metadata: String,
}

impl Entry {
    /// The bytes that are hashed.
    #[must_use]
    pub fn encoded(&self) -> Vec<u8> {
        let fixed_bytes = 128;
        let texts = self.event_type.len() + self.payload.len() + self.metadata.len();
        let mut bytes = Vec::with_capacity(fixed_bytes + texts);
        bytes.extend_from_slice(TAG);
        put(&mut bytes, &self.journal.to_be_bytes());
        put(&mut bytes, &self.position.to_be_bytes());
        put(&mut bytes, self.campaign_id.as_bytes());
        put(&mut bytes, &self.version.to_be_bytes());
        put(&mut bytes, self.event_id.as_bytes());
        put(&mut bytes, self.event_type.as_bytes());
        put(&mut bytes, &self.schema_version.to_be_bytes());
        put(
            &mut bytes,
            &self.recorded_at.timestamp_micros().to_be_bytes(),
        );
        put(&mut bytes, self.payload.as_bytes());
        put(&mut bytes, self.metadata.as_bytes());
        bytes
    }

    /// The hash of the event as a leaf of its journal's tree.
    #[must_use]
    pub fn leaf(&self) -> Hash {
        tlog_tiles::tlog::record_hash(&self.encoded())
    }

    /// The event's place in its tree, from 0. `None` for a position that no journal has.
    #[must_use]
    pub fn index(&self) -> Option<u64> {
        u64::try_from(self.position).ok()?.checked_sub(1)
    }
}

/// PostgreSQL keeps no text of four gigabytes, so the length always fits.
fn put(bytes: &mut Vec<u8>, field: &[u8]) {
    let length = u32::try_from(field.len()).unwrap_or(u32::MAX);
    bytes.extend_from_slice(&length.to_be_bytes());
    bytes.extend_from_slice(field);
}
