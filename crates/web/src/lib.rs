//! HTTP: the public API and the internal listener, on actix-web.
//!
//! A handler authenticates, parses, has something done, and answers; it decides nothing. The one
//! place that names a status is `problem.rs`, by an exhaustive match; the paths that keep another
//! platform's contract have a place of their own for theirs, `tokens/refusal.rs`.
//!
//! Always true: every answer carries `X-Request-Id`; every error of our own paths has one envelope;
//! a caller's mistake is never a 5xx; a public key never opens an internal path, nor the other way
//! round.
//!
//! Not here: rules, SQL, the environment, signals.

mod activities;
mod activity_json;
mod app;
mod body;
mod caller;
mod campaign_json;
mod campaign_senders;
mod campaigns;
mod change;
mod creating;
mod effect_json;
mod effects;
mod engine;
mod engine_view;
mod erasing;
mod framing;
mod history;
mod history_json;
mod idempotency;
mod ids;
mod internal;
mod journals;
mod json;
mod launches;
mod launching;
mod leads;
mod node_body;
mod nodes;
mod object;
mod observe;
mod openapi;
mod outbox_json;
mod past;
mod permit_json;
mod places;
mod precondition;
mod preview_json;
mod problem;
mod projections;
mod proofs;
mod query;
mod rate;
mod read;
mod registering;
mod sender_json;
mod sender_limits;
mod sender_registry;
mod senders;
mod server;
mod skipped;
mod stopping;
mod streams;
mod target;
mod tokens;
mod transitions;
mod updating;

pub use app::{App, Limits};
pub use campaign_json::{CampaignJson, WholeCampaignJson, instant};
pub use effect_json::{DossierJson, EffectJson};
pub use ids::{documented_uuid, parse_campaign_id};
pub use observe::Metrics;
pub use openapi::{internal_document, public_document};
pub use past::{Replays, parse_instant};
pub use places::Places;
pub use rate::RateLimit;
pub use server::{Listeners, serve};
pub use streams::Feeds;
pub use tokens::Meter;
