//! The public API and the internal listener, each rule tried on the whole service.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod pausing;
