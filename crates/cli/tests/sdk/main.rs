//! Trigger.dev's unmodified SDK, in a real Node, against the real program.
//!
//! The suites are JavaScript and stand in `node`, with a lockfile that pins the SDK; here a service
//! is started for them, what they print is shown, and what becomes of it is judged. A Node that is
//! missing fails every test, and says what to install.
//!
//! - `contract`: everything that the SDK can ask about tokens, and every documented error
//! - `pausing`: tasks that truly sleep, a campaign that is paused and resumed, and crashes between
//! - `example`: `examples/prospect-task`, type-checked and run
//! - `station`: a service with the demo's campaign; `npm`: packages and programs of Node
//! - `playground` and `service` are those of the crash tests
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]
#![allow(
    clippy::print_stdout,
    reason = "what Node prints is shown when a test fails, and what was measured"
)]
#![allow(
    clippy::disallowed_methods,
    reason = "a test is started by nobody who could hand the environment down"
)]

mod contract;
mod example;
mod npm;
mod pausing;
#[path = "../crash/playground.rs"]
#[allow(dead_code, reason = "the crash tests do more with it")]
mod playground;
#[path = "../crash/service.rs"]
#[allow(dead_code, reason = "the crash tests do more with it")]
mod service;
mod station;
