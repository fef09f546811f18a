//! The clock, the ids and chance, read here and nowhere else.

use chrono::{DateTime, SubsecRound, Utc};
use commands::Sources;
use uuid::Uuid;

/// The machine's clock and random ids.
pub const MACHINE: Sources = Sources { now, new_id };

/// The clock, to the microsecond: what the database can keep.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place where the clock is read"
)]
fn now() -> DateTime<Utc> {
    Utc::now().trunc_subsecs(6)
}

/// Ids that sort by the time they were made, which keeps indexes dense.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place where ids are made"
)]
fn new_id() -> Uuid {
    Uuid::now_v7()
}

/// Random bits for ids of tokens.
pub(crate) fn random() -> u128 {
    rand::random()
}

/// A random number, at least 0 and below 1.
pub(crate) fn chance() -> f64 {
    rand::random()
}
