//! What the adapter must be told.

use chrono::{DateTime, Utc};
use secrecy::SecretString;
use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

/// A step of the budget (250) must be sent in a small part of the time between two (10 seconds)
/// also to a server 100 milliseconds away.
const IN_FLIGHT_MAX: NonZeroU32 = NonZeroU32::MIN.saturating_add(7);

/// More would not be faster, and is unkind.
const IN_FLIGHT_LIMIT: u32 = 8;

/// Where the tokens are, and how to treat the endpoint. `Debug` shows no secret.
#[derive(Debug, Clone)]
pub struct TriggerSettings {
    /// The API's origin, with or without a path in front of `/api`; one `/` at its end is dropped.
    pub api_url: String,
    /// The environment's secret key.
    pub secret_key: SecretString,
    /// The preview branch, if the key is that of preview branches.
    pub branch: Option<String>,
    /// Completions in flight at once, 1 to 8. Connections are kept for as many.
    pub in_flight_max: NonZeroU32,
    /// Requests of the budget that are left to others who share it.
    pub kept_free: u32,
    /// How failures are waited out.
    pub patience: Patience,
    /// The wall clock and chance.
    pub surroundings: Surroundings,
}

impl TriggerSettings {
    /// The usual settings for an environment.
    #[must_use]
    pub fn new(
        api_url: impl Into<String>,
        secret_key: SecretString,
        surroundings: Surroundings,
    ) -> Self {
        Self {
            api_url: api_url.into(),
            secret_key,
            branch: None,
            in_flight_max: IN_FLIGHT_MAX,
            kept_free: 0,
            patience: Patience::default(),
            surroundings,
        }
    }
}

impl TriggerSettings {
    /// Refuses more in flight than are allowed.
    pub(super) fn check(&self) -> Result<(), TriggerError> {
        if IN_FLIGHT_LIMIT < self.in_flight_max.get() {
            return Err(TriggerError::InFlight);
        }
        Ok(())
    }
}

/// How long answers are waited for, and failures waited out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// A completion that takes longer counts as unanswered.
    pub request_time_max: Duration,
    /// So many failures in a row open the breaker.
    pub failures_max: u32,
    /// The shortest wait after the breaker opened.
    pub outage_wait_min: Duration,
    /// The longest wait between two looks at a broken endpoint.
    pub outage_wait_max: Duration,
    /// The wait between two looks at an endpoint that refuses the key.
    pub refused_wait: Duration,
    /// The shortest wait for a budget of which nobody says when it grows.
    pub budget_wait_min: Duration,
    /// The longest such wait.
    pub budget_wait_max: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            request_time_max: Duration::from_secs(10),
            failures_max: 5,
            outage_wait_min: Duration::from_secs(1),
            outage_wait_max: Duration::from_secs(30),
            refused_wait: Duration::from_secs(60),
            budget_wait_min: Duration::from_millis(500),
            budget_wait_max: Duration::from_secs(30),
        }
    }
}

/// What the adapter cannot make by itself.
#[derive(Clone)]
pub struct Surroundings {
    /// The wall clock.
    pub now: Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>,
    /// A random number, at least 0 and below 1.
    pub chance: Arc<dyn Fn() -> f64 + Send + Sync>,
}

impl fmt::Debug for Surroundings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Surroundings")
    }
}

/// A setting that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TriggerError {
    /// Not `http` or `https`, or with a query, a fragment or a password.
    #[error("the Trigger.dev API URL must be http(s)://host[:port][/path] and no more")]
    Url,
    /// Not 1 to 8.
    #[error("between 1 and {IN_FLIGHT_LIMIT} completions may be in flight to Trigger.dev")]
    InFlight,
    /// Empty, or with characters that no header takes.
    #[error("the Trigger.dev secret key or branch cannot be sent in a header")]
    Header,
    /// TLS cannot be set up, for want of trusted certificates.
    #[error("set up TLS for the Trigger.dev API")]
    Tls(#[from] rustls::Error),
    /// The client cannot be made.
    #[error("make the client of the Trigger.dev API")]
    Client(#[from] reqwest::Error),
}
