//! `examples/engine` runs campaigns as its README says: it type-checks, and every step of every
//! prospect is sent exactly once, whatever is paused, restarted or killed meanwhile.
//!
//! The real engine runs in a real Node against the real program. What was sent is read from the file
//! of the engine's fake provider, what was permitted from the log.
//!
//! - `stage`: a database, a service and an engine, each of which can be killed; the campaign's sends
//! - `sending`: the campaign that is run
//! - `npm`, `playground` and `service` are those of the SDK's and the crash tests
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]
#![allow(
    clippy::print_stdout,
    reason = "what Node prints is shown when a test fails"
)]
#![allow(
    clippy::disallowed_methods,
    reason = "a test is started by nobody who could hand the environment down"
)]

#[path = "../sdk/npm.rs"]
#[allow(dead_code, reason = "the SDK's tests do more with it")]
mod npm;
#[path = "../crash/playground.rs"]
#[allow(dead_code, reason = "the crash tests do more with it")]
mod playground;
mod sending;
#[path = "../crash/service.rs"]
#[allow(dead_code, reason = "the crash tests do more with it")]
mod service;
mod stage;
