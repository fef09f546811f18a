//! The rules of the table of sender accounts and of the memory in front of it.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]
#![allow(
    clippy::disallowed_methods,
    reason = "a test is started by nobody who could hand ids down"
)]

mod remembering;
mod storing;
