//! Completing tokens: the contract that all completers keep, and Trigger.dev's adapter against a
//! fake of its endpoint on a real socket.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::print_stdout, reason = "what is measured is shown")]
#![allow(
    clippy::disallowed_methods,
    reason = "a test is started by nobody who could hand the clock and chance down"
)]

mod conformance;
mod given;
mod limits;
mod outages;
mod wire;
