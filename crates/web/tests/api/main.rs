//! The public API and the internal listener, each rule tried on the whole service.
//!
//! Every answer of every test is held to the envelope and to `X-Request-Id` (`testkit::Answer`),
//! and every database is compared with a replay of its log when its test is over.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]
#![allow(
    clippy::disallowed_methods,
    reason = "a test is started by nobody who could hand ids down"
)]

mod activities;
mod authenticating;
mod bodies;
mod conditions;
mod consuming;
mod corpus;
mod creating;
mod deleting;
mod detaching;
mod documented;
mod effects;
mod erasing;
mod history;
mod identifying;
mod identities;
mod internal;
mod javascript;
mod journals;
mod launching;
mod leads;
mod limits;
mod misunderstanding;
mod nginx;
mod ordering;
mod outages;
mod paths;
mod pausing;
mod previewing;
mod privacy;
mod proving;
mod proxied;
mod racing;
mod reading;
mod registering;
mod repeating;
mod resuming;
mod running;
mod senders;
mod sending;
mod sequencing;
mod skipping;
mod slowness;
mod stopping;
mod streaming;
mod syncing;
mod taking_up;
mod tenancy;
mod texts;
mod travelling;
mod uniform;
mod updating;
mod validating;
mod wording;
