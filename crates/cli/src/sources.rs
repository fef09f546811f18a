//! The clock and the ids, read here and nowhere else.

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
