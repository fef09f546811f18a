//! The program as people and scripts meet it: what it prints, where, and how it ends.
//!
//! Each test runs the real program, in a directory of its own and with an environment that holds
//! nothing but the path, on a private PostgreSQL that it makes for itself.
//!
//! - `configuring`, `help`: settings, and the pages that explain them
//! - `keys`, `demo`, `history`, `looking_back`, `people`, `migrating`, `ledger`: the commands
//! - `exporting`, `proving`: events as lines, the archive, and what is proven of both
//! - `verifying`, `verifying_exports`: what `verify` finds, says, and how it ends
//! - `sharing`: commands beside a service and beside each other
//! - `serving`: what a service says of itself, and what outlives it
//! - `nowhere`: commands where there is no database, or another one
//! - `showing`: what tenants wrote, as the program prints it
//! - `running`: a command's output; `playground` and `service` are those of the crash tests
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]
#![allow(
    clippy::disallowed_methods,
    reason = "a test is started by nobody who could hand the environment down"
)]

mod configuring;
mod demo;
mod effects;
mod exporting;
mod help;
mod history;
mod keys;
mod ledger;
mod looking_back;
mod migrating;
mod nowhere;
mod people;
#[path = "../crash/playground.rs"]
mod playground;
mod proving;
mod rebuilding;
mod running;
#[path = "../crash/service.rs"]
mod service;
mod serving;
mod sharing;
mod showing;
mod verifying;
mod verifying_exports;
