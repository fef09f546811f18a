//! The HTTP of built-in waitpoint tokens: the contract that `@trigger.dev/sdk` relies on, row by
//! row, on the whole service.
//!
//! - `clerk`: somebody who works with tokens through one internal key
//! - `creating`, `registering`, `reading`, `listing`, `holding`, `completing`, `calling_back`,
//!   `running`, `bulk`: what can be asked
//! - `crowd`: thousands of answers held back at once
//! - `credentials`, `public_tokens`, `bodies`, `limits`: who may ask, how, and how often
#![allow(
    clippy::print_stdout,
    reason = "what was measured is shown when asked for"
)]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

mod bodies;
mod bulk;
mod calling_back;
mod clerk;
mod completing;
mod creating;
mod credentials;
mod crowd;
mod holding;
mod limits;
mod listing;
mod public_tokens;
mod reading;
mod registering;
mod running;
