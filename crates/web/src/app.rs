//! What handlers have at hand. Made once, in `cli`, and handed to every worker.

use crate::{Feeds, Meter, Metrics, Places, RateLimit, Replays};
use commands::{Lanes, Sources};
use deadpool_postgres::Pool;
use keys::Keyring;
use outbox::Relay;
use prometheus_client::registry::Registry;
use senders::Directory;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use waitpoints::Tokens;

/// Everything that handlers use.
#[derive(Clone)]
pub struct App {
    /// The way to change campaigns.
    pub lanes: Lanes,
    /// Connections for reading.
    pub pool: Pool,
    /// Where campaigns and permits are that are named by their ids alone.
    pub places: Places,
    /// Turns for those who look into the past.
    pub replays: Replays,
    /// Who may ask.
    pub keyring: Arc<Keyring>,
    /// Effects, and what becomes of them.
    pub relay: Relay,
    /// Sender accounts that this process remembers.
    pub senders: Directory,
    /// How often.
    pub rate_limit: Arc<RateLimit>,
    /// Built-in waitpoint tokens.
    pub tokens: Tokens,
    /// How often a key may ask for them.
    pub meter: Arc<Meter>,
    /// What streams are fed by.
    pub feeds: Feeds,
    /// Is cancelled when the service ends: answers that are held back go out.
    pub closing: CancellationToken,
    /// Time and ids.
    pub sources: Sources,
    /// Counts of requests.
    pub metrics: Metrics,
    /// All metrics of the process.
    pub registry: Arc<Registry>,
    /// Bounds.
    pub limits: Limits,
}

/// Bounds of the listeners.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Threads that serve each listener.
    pub workers: NonZeroUsize,
    /// How long a client may take to send a request's head.
    pub head_time_max: Duration,
    /// How long a client may take to send a request's body.
    pub body_time_max: Duration,
    /// How long requests that were taken may take to finish at shutdown.
    pub shutdown_time_max: Duration,
}
