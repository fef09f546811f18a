//! The log on a real database: dense, in commit order, never changed, and followed without loss.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(
    clippy::disallowed_methods,
    reason = "a test is started by nobody who could hand ids down"
)]

mod appending;
mod archiving;
mod consuming;
mod following;
mod history;
mod looking_back;
mod migrating;
mod planning;
mod torture;
mod waking;
mod writer;
