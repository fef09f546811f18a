//! Wiring the relay: where tokens that were made elsewhere are completed, and with what.

use crate::service::Settings;
use crate::sources::chance;
use deadpool_postgres::Pool;
use event_store::Wakes;
use outbox::{
    BuiltIn, Relay, RelayMetrics, RelaySettings, Starter, StarterSettings, Surroundings,
    TriggerDev, TriggerError, TriggerSettings, WaitpointCompleter,
};
use prometheus_client::registry::Registry;
use secrecy::SecretString;
use std::fmt;
use std::sync::Arc;
use tokio_postgres::Config;
use waitpoints::Tokens;

/// Connections of the relay: one that takes in, one that sends, one that registers, one to spare.
pub(crate) const RELAY_CONNECTIONS: usize = 4;

/// Every statement of the relay finds its rows by key. The planner is told so, because a plan made
/// while a table was small would otherwise be kept when it has grown.
const PLANNING: &str = "-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off \
     -c plan_cache_mode=force_generic_plan -c jit=off";

/// The settings of the relay's connections, besides those that the database's URL has.
pub(crate) fn planning(config: &Config) -> Config {
    let own = config.get_options().unwrap_or_default();
    let mut planning = config.clone();
    planning.options(format!("{own} {PLANNING}").trim());
    planning
}

/// Where tokens that were made elsewhere and registered here are completed.
#[derive(Clone)]
pub enum Elsewhere {
    /// Nowhere else: they are built-in tokens.
    BuiltIn,
    /// On Trigger.dev.
    Trigger {
        /// The API's origin.
        api_url: String,
        /// The environment's secret key.
        secret_key: SecretString,
        /// The task that runs a campaign; without one, engines ask for launches.
        task: Option<String>,
    },
    /// Where a test has it.
    Given(Arc<dyn WaitpointCompleter>),
}

impl fmt::Debug for Elsewhere {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BuiltIn => formatter.write_str("BuiltIn"),
            Self::Trigger { api_url, .. } => write!(formatter, "Trigger({api_url})"),
            Self::Given(_) => formatter.write_str("Given"),
        }
    }
}

/// What a process does for the world outside.
pub(crate) struct Outside {
    /// Takes effects in, completes tokens, forgets.
    pub relay: Relay,
    /// Starts runs, where a task is named for it.
    pub starter: Option<Starter>,
}

/// What a process does for the world outside.
///
/// # Errors
/// When the settings of Trigger.dev cannot be used.
pub(crate) fn make(
    settings: &Settings,
    pool: Pool,
    wakes: &Wakes,
    tokens: &Tokens,
    registry: &mut Registry,
) -> Result<Outside, TriggerError> {
    let process = (settings.sources.new_id)();
    let (completer, starter) = completer(settings, &pool, tokens)?;
    let relay = Relay::new(RelaySettings {
        pool,
        journals: settings.journals,
        wakes: wakes.clone(),
        hub: tokens.hub().clone(),
        completer,
        holder: format!("process {} ({process})", std::process::id()),
        now: Arc::new(settings.sources.now),
        chance: Arc::new(chance),
        metrics: RelayMetrics::register(registry),
    });
    Ok(Outside { relay, starter })
}

type Completer = Arc<dyn WaitpointCompleter>;

fn completer(
    settings: &Settings,
    pool: &Pool,
    tokens: &Tokens,
) -> Result<(Completer, Option<Starter>), TriggerError> {
    Ok(match &settings.elsewhere {
        Elsewhere::BuiltIn => (Arc::new(BuiltIn::new(tokens.clone())), None),
        Elsewhere::Trigger {
            api_url,
            secret_key,
            task,
        } => {
            let surroundings = Surroundings {
                now: Arc::new(settings.sources.now),
                chance: Arc::new(chance),
            };
            let trigger = TriggerSettings::new(api_url, secret_key.clone(), surroundings);
            let trigger = Arc::new(TriggerDev::new(&trigger)?);
            let starter = task.clone().map(|task| {
                let settings = StarterSettings {
                    pool: pool.clone(),
                    task,
                    now: Arc::new(settings.sources.now),
                    chance: Arc::new(chance),
                };
                Starter::new(trigger.clone(), settings)
            });
            (trigger, starter)
        }
        Elsewhere::Given(given) => (given.clone(), None),
    })
}
