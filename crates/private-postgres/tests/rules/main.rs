//! The rules of a private PostgreSQL, each tried on a real one.
//!
//! They hold for root and for everybody else; a rule that only concerns one of them is tried by
//! that one alone.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(
    clippy::disallowed_methods,
    reason = "a test is started by nobody who could hand the environment down"
)]

mod opening;
mod playground;
mod refusing;
mod repairing;
mod sharing;
