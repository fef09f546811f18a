//! What the ledger proves, what it refuses to believe, and what an audit finds.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

mod checkpoints;
mod exports;
mod given;
mod proofs;
mod retiring;
mod tampering;
mod tiles;
mod trees;
