//! Checking rows against the log: whatever is wrong with a row is named with its place, and what a
//! working service writes meanwhile is not wrong.
//!
//! - `planted`: rows and counters that are not what they should be, one at a time
//! - `pages`: histories that are longer than a page
//! - `unreadable`: a history that tells no story, and the campaigns beside it
//! - `beside`: a check over and over while campaigns are worked on
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(
    clippy::disallowed_methods,
    reason = "a test is started by nobody who could hand randomness down"
)]

mod beside;
mod given;
mod pages;
mod planted;
mod unreadable;
