//! The lanes on a real database: what they promise while others write, refuse, and break
//! connections.
//!
//! Every test's database is compared with a replay of its log when the test is over (`testkit`).
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(
    clippy::disallowed_methods,
    reason = "a test is started by nobody who could hand ids down"
)]

mod answering;
mod conflicts;
mod hour;
mod limits;
mod losing;
mod naming;
mod poison;
mod remembering;
mod tags;
mod waiting;
