//! When two prospects are the same person, what may be on file, and what a `Debug` says of it.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

mod classes;
mod filing;
mod identifying;
mod registering;
