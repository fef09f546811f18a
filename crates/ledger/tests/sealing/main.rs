//! The sealer on a real database: what it keeps, what it signs, what it refuses to sign; and what an
//! audit of a database finds.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

mod auditing;
mod following;
mod given;
mod proving;
mod publishing;
mod refusing;
mod rotating;
