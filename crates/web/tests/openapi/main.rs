//! The OpenAPI documents are whole, true, and what the repository says they are.
//!
//! - `routes`: what is served is documented, and the other way round
//! - `golden`: what outsiders rely on changes only on purpose
//! - `schemathesis`: every answer is one that the documents have
//! - `tenants`: another user's ids open nothing
//! - `world`: a service with something of everything
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
#![allow(
    clippy::print_stdout,
    reason = "what schemathesis says is shown when a test fails, and what was asked"
)]

mod document;
mod golden;
mod routes;
mod schemathesis;
mod tenants;
mod texts;
mod world;
