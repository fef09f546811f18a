//! Proof that the log was not altered, for people who do not trust whoever keeps it.
//!
//! Every event is a leaf of a Merkle tree (RFC 6962), one tree a journal, in the order of the
//! journal. A signed checkpoint (C2SP `tlog-checkpoint`) says how large the tree was and what its
//! root was. Whoever holds an older checkpoint can be shown that nothing in front of it changed
//! ([`Audit`], [`check_consistency`]); whoever holds a [`Proof`] file can check one event by himself.
//!
//! Always true: what is hashed are the stored bytes, length-prefixed ([`Entry`]), never anything
//! parsed; a proof of which any byte changed is refused; what proves and verifies needs no
//! database, no network and no clock. What does need a database is under `keeping/` and nowhere
//! else: the sealer, proofs from stored tiles, the audit of a database.
//!
//! Not here: where a key or a published directory is kept (`cli`), HTTP (`web`).

mod audit;
mod checkpoint;
mod difference;
mod directory;
mod entry;
mod export_audit;
mod keeping;
mod key;
mod proof;
mod retired;
mod tile;
mod tree;
mod trust;

pub use audit::{Agreement, Audit};
pub use checkpoint::{Checkpoint, CheckpointError, Origin};
pub use difference::{Difference, Evidence};
pub use directory::{Directory, DirectoryError};
pub use entry::Entry;
pub use export_audit::{ExportAudit, ExportError, Findings, audit_export, read_export};
pub use keeping::*;
pub use key::{BadKey, SigningKey, VerifyingKey};
pub use proof::{Proof, ProofError, Proven};
pub use retired::{LedgerKey, Retirement, SignedTooLate};
pub use tile::{Edge, TILE_HASHES, Tile, TileId, TileSet, Wanted, grown};
pub use tree::{Frontier, Hash, Tree, TreeError, check_consistency, check_inclusion};
pub use trust::{Trust, TrustError};
