//! The relay on a real database: effects are taken in exactly once, tokens completed at least once,
//! whoever dies when.
//!
//! A completer of the tests' own stands where tokens live (`recorder`); the adapter and the built-in
//! tokens are held to the same contract elsewhere (`tests/completing`).
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(
    clippy::disallowed_methods,
    reason = "a test is started by nobody who could hand ids and the clock down"
)]

mod bloat;
mod checking;
mod crashing;
mod explaining;
mod forgetting;
mod launching;
mod outages;
mod overtaking;
mod pacing;
mod racing;
mod recorder;
mod registering;
mod sending;
mod sharing;
mod stage;
mod taking_in;
