//! The public API and the internal listener, each rule tried on the whole service.
//!
//! Every answer of every test is held to the envelope and to `X-Request-Id` (`testkit::Answer`),
//! and every database is compared with a replay of its log when its test is over.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

mod authenticating;
mod bodies;
mod conditions;
mod documented;
mod effects;
mod identifying;
mod internal;
mod limits;
mod outages;
mod paths;
mod pausing;
mod previewing;
mod racing;
mod reading;
mod registering;
mod repeating;
mod resuming;
mod slowness;
mod tenancy;
