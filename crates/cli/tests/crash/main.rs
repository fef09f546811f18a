//! Kills everything that can be killed while clients pause and resume campaigns over HTTP, and then
//! holds the service to its word: what was acknowledged is in the log once, what was not is there
//! at most once, and a client that lost its answer can find out which.
//!
//! The real program runs on a private PostgreSQL with `fsync` on. A round is: load, a crash in the
//! middle of it, more load, and an audit of everything that any client was told.
//!
//! `FERMATA_CRASH_ROUNDS` is the number of rounds of each test. `FERMATA_CRASH_SEED` repeats the
//! choices of a run, whose seed is printed; which processes meet at which moment remains the
//! machine's.
//!
//! - `crashes`: what is killed, one test each; `stopping`: what is only asked to stop
//! - `barrier`: permits, pauses and resumes while the service is killed
//! - `rebuilding`: rows rebuilt under load while the service is killed
//! - `world`: a service with tenants; `faults`: what befalls it; `round`: load and fault together
//! - `clients` and `requests`: what is asked, and what was answered
//! - `audit`: the log as it is read on, and the promises checked against it
//! - `playground` and `service`: a data directory, and the program as a process
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]
#![allow(
    clippy::print_stdout,
    reason = "the seed and the rounds are shown when a test fails"
)]
#![allow(
    clippy::disallowed_methods,
    reason = "a test is started by nobody who could hand the environment down"
)]

mod audit;
mod barrier;
mod clients;
mod crashes;
mod faults;
mod playground;
mod rebuilding;
mod requests;
mod round;
mod service;
mod stopping;
mod tenants;
mod world;
