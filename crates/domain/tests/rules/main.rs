//! The rules of a campaign, told one by one, and the promises that its events make.
//!
//! `given` is the form that a rule is told in, `cast` who and what it is told about, `verbs` the
//! words that it is told with. The other modules are the rules by subject; `transitions` and `events` hold golden files
//! (`tests/golden`), written anew by `make golden` (`GOLDEN=write`); `laws` holds what is true of
//! any history, and `chance` and `histories` make them up.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails; clippy knows only #[test] functions as tests"
)]

mod account_limits;
mod cast;
mod chance;
mod changing_zones;
mod clocks;
mod days;
mod drafting;
mod editing;
mod events;
mod examples;
mod given;
mod golden;
mod histories;
mod hours;
mod late;
mod launching;
mod laws;
mod lifecycle;
mod offers;
mod once;
mod people;
mod permits;
mod progress;
mod readying;
mod recount;
mod reports;
mod senders;
mod transitions;
mod updating;
mod verbs;
