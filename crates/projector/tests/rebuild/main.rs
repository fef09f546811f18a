//! Rebuilding rows on a real database, while lanes write.
//!
//! Every test's database is compared with a replay of its log when the test is over (`testkit`).
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod breaking_off;
mod lane;
mod rows;
mod shapes;
mod world;
