//! Rebuilding rows on a real database, while lanes write.
//!
//! Every test's database is compared with a replay of its log when the test is over (`testkit`).
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

mod breaking_off;
mod changing;
mod lane;
mod rows;
mod shapes;
mod world;
