//! The built-in tokens on a real database: what they promise while many make, complete, wake, wait
//! and read at once.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]
#![allow(
    clippy::print_stdout,
    reason = "measurements, for who runs a test to see them"
)]
#![allow(
    clippy::disallowed_methods,
    reason = "a test is started by nobody who could hand the clock and ids down"
)]

mod completing;
mod creating;
mod labels;
mod listing;
mod million;
mod racing;
mod relay;
mod removing;
mod stand;
mod timing;
mod waiting;
mod waking;
