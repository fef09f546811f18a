//! The engine's requests about sends, each rule tried on the whole service; and the barrier: what
//! holds while permits, pauses and resumes come from many connections at once.
//!
//! Every answer of every test is held to the envelope and to `X-Request-Id` (`testkit::Answer`),
//! and every database is compared with a replay of its log when its test is over.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

mod barrier;
mod desk;
mod limits;
mod listing;
mod many;
mod outcomes;
mod permits;
mod places;
mod progress;
mod rebuilding;
