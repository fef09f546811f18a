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

mod app;
mod body;
mod caller;
mod campaign_id;
mod campaign_json;
mod campaigns;
mod effect_json;
mod effects;
mod idempotency;
mod internal;
mod observe;
mod outbox_json;
mod precondition;
mod problem;
mod rate;
mod read;
mod registering;
mod server;
mod tokens;
mod transitions;

pub use app::{App, Limits};
pub use campaign_id::parse_campaign_id;
pub use campaign_json::{CampaignJson, instant};
pub use effect_json::{DossierJson, EffectJson};
pub use observe::Metrics;
pub use rate::RateLimit;
pub use server::{Listeners, serve};
pub use tokens::Meter;
