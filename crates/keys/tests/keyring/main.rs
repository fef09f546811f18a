//! Keys on a real database: made, verified, revoked, and forgotten in time.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod clock;
mod signing;
mod storing;
mod verifying;
