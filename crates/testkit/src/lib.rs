//! What tests stand on: one PostgreSQL a run, a database a test, the whole service a test.
//!
//! [`TestDatabase`] is a migrated database of a test's own. [`TestLanes`] is a process with lanes
//! on it; several make several processes. [`TestApp`] is the service as the program runs it, on
//! real sockets. [`Script`] brings a campaign where a test wants it, by the same commands as
//! everyone's.
//!
//! Always true: when a test is over and has not failed, its database is looked at once more: the
//! rows equal a replay of the log and positions are dense ([`TestDatabase::unchecked`] opts out).
//! A missing PostgreSQL fails every test, and says what to install.
//!
//! Dev-only: nothing that ships depends on this crate.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]
#![allow(
    clippy::disallowed_methods,
    reason = "a test is started by nobody who could hand the environment and the clock down"
)]

mod answer;
mod app;
mod archived;
mod audit;
mod call;
mod cluster;
pub mod completer_suite;
mod database;
mod elsewhere;
mod eventually;
mod fake_trigger;
mod lanes;
mod lateness;
mod looking;
mod older;
mod raw;
mod script;
mod wire;

pub use answer::{Answer, standing};
pub use app::{Tenant, TestApp};
pub use call::Call;
pub use database::TestDatabase;
pub use eventually::eventually;
pub use fake_trigger::{
    Bucket, BucketSize, FakeTrigger, Fault, ResetHeader, Seen, SeenRun, SeenToken, Taken,
};
pub use lanes::{TestLanes, request};
pub use lateness::with_lateness;
pub use raw::RawConnection;
pub use script::{Script, account, node, permit, prospect, request_permit};
pub use wire::{Cut, Wire};

use domain::{CampaignId, UserId};
use uuid::Uuid;

/// A campaign id that no other test has.
#[must_use]
pub fn new_campaign_id() -> CampaignId {
    CampaignId(Uuid::now_v7())
}

/// A user that no other test has.
#[must_use]
pub fn new_user() -> UserId {
    UserId(Uuid::now_v7())
}
