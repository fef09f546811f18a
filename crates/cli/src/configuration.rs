//! The configuration in force: flags, then the environment, then a TOML file, then defaults.
//!
//! A file with an unknown key or an impossible value is refused with a sentence. What is not set is decided
//! here too, once, for `serve`, for every other command and for `config`, which shows it ([`Shown`]).

mod places;
mod shown;

pub use places::KeyPlace;
pub use shown::Shown;

use places::{Places, absolute};

use crate::arguments::Options;
use crate::relay::Elsewhere;
use secrecy::SecretString;
use serde::Deserialize;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::{Path, PathBuf};
use std::time::Duration;

const FILE_DEFAULT: &str = "fermata.toml";
/// The longest id of a task.
const TASK_CHARS_MAX: usize = 128;
const TRIGGER_API_URL_DEFAULT: &str = "https://api.trigger.dev";
/// What `serve` logs by default.
pub const LOG_SERVING: &str = "info,refinery_core=warn";
/// What every other command logs.
pub const LOG_OTHERWISE: &str = "warn";

/// Every setting, decided.
#[derive(Debug, Clone)]
pub struct Configuration {
    /// The database, unless a private one is used.
    pub database_url: Option<SecretString>,
    /// Where the private one lives.
    pub data_directory: PathBuf,
    /// Why the default data directory is not used, where none was named.
    pub passed_over: Option<String>,
    /// The public listener.
    pub listen: SocketAddr,
    /// The internal listener.
    pub internal_listen: SocketAddr,
    /// Threads of the public listener, and lanes that write at the same time.
    pub workers: NonZeroUsize,
    /// Connections for reading.
    pub read_connections: NonZeroUsize,
    /// Campaigns that each lane remembers.
    pub campaigns_remembered: NonZeroUsize,
    /// Requests a second of one key; none for no limit.
    pub rate_limit_per_second: Option<NonZeroU32>,
    /// Requests at once of one key.
    pub rate_limit_burst: NonZeroU32,
    /// Requests a second of one key about waitpoint tokens; none for no limit.
    pub token_rate_per_second: Option<NonZeroU32>,
    /// Requests at once of one key about waitpoint tokens.
    pub token_rate_burst: NonZeroU32,
    /// Where Trigger.dev's API is.
    pub trigger_api_url: String,
    /// The key of the Trigger.dev environment, if tokens are registered that live there.
    pub trigger_secret_key: Option<SecretString>,
    /// The Trigger.dev task that runs a campaign.
    pub trigger_task: Option<String>,
    /// The file of the key that signs the log; none when nothing is signed.
    pub ledger_key: Option<KeyPlace>,
    /// Where what was signed is published; none when it is not.
    pub ledger_directory: Option<PathBuf>,
    /// How long shutdown may take.
    pub shutdown_time_max: Duration,
    /// What is logged, unless the command's own default.
    pub log: Option<String>,
    /// The file that was read.
    pub file: Option<PathBuf>,
}

/// The same settings in a file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    database_url: Option<String>,
    data_dir: Option<PathBuf>,
    listen: Option<SocketAddr>,
    internal_listen: Option<SocketAddr>,
    workers: Option<NonZeroUsize>,
    read_connections: Option<NonZeroUsize>,
    campaigns_remembered: Option<NonZeroUsize>,
    rate_limit_per_second: Option<u32>,
    rate_limit_burst: Option<NonZeroU32>,
    token_rate_per_second: Option<u32>,
    token_rate_burst: Option<NonZeroU32>,
    trigger_api_url: Option<String>,
    trigger_secret_key: Option<String>,
    trigger_task: Option<String>,
    ledger_key: Option<PathBuf>,
    ledger_directory: Option<PathBuf>,
    shutdown_seconds: Option<u16>,
    log: Option<String>,
}

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigurationError {
    /// The file cannot be read.
    #[error("cannot read the configuration file {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The file says something that is no setting.
    #[error("the configuration file {} is refused: {reason}", path.display())]
    Refused {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Both listeners at one address.
    #[error("listen and internal_listen are both {0}; they must differ")]
    SameAddress(SocketAddr),
    /// A task's id that cannot be one.
    #[error(
        "trigger_task must be a task's id: letters, digits, hyphens, underscores and dots, at most \
         {TASK_CHARS_MAX}"
    )]
    BadTask,
    /// A setting that is there and says nothing: often a secret that was not filled in.
    #[error("{setting} is empty: {remedy}")]
    Empty {
        /// Its name, and the file that it is in.
        setting: String,
        /// What to do.
        remedy: &'static str,
    },
    /// A task on Trigger.dev, and no key for it.
    #[error("trigger_task is set and trigger_secret_key is not; runs are started with that key")]
    TaskWithoutKey,
}

impl Configuration {
    /// Decides every setting.
    ///
    /// # Errors
    /// When the file is unreadable or refused, or settings contradict each other.
    pub fn decide(options: Options) -> Result<Self, ConfigurationError> {
        let here = || Some(PathBuf::from(FILE_DEFAULT)).filter(|path| path.exists());
        let path = options.config.clone().or_else(here);
        let file = path.as_deref().map_or(Ok(File::default()), read)?;
        places::refuse_empty(&options, &file, path.as_deref())?;
        let local = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let rate = options.rate_limit_per_second.or(file.rate_limit_per_second);
        let token_rate = options.token_rate_per_second.or(file.token_rate_per_second);
        let token_burst = options.token_rate_burst.or(file.token_rate_burst);
        let database_url = options.database_url.or(file.database_url);
        let data_directory = options.data_dir.or(file.data_dir);
        let ledger_key = options.ledger_key.or(file.ledger_key);
        let ledger_directory = options.ledger_directory.or(file.ledger_directory);
        let said = [data_directory, ledger_key, ledger_directory];
        let places = Places::decide(database_url.as_deref(), said)?;
        let decided = Self {
            database_url: database_url.map(SecretString::from),
            data_directory: places.data_directory,
            passed_over: places.passed_over,
            ledger_key: places.ledger_key,
            ledger_directory: places.ledger_directory,
            listen: options
                .listen
                .or(file.listen)
                .unwrap_or_else(|| local(8080)),
            internal_listen: options
                .internal_listen
                .or(file.internal_listen)
                .unwrap_or_else(|| local(8081)),
            workers: options.workers.or(file.workers).unwrap_or_else(processors),
            read_connections: or(options.read_connections.or(file.read_connections), 8),
            campaigns_remembered: or(
                options.campaigns_remembered.or(file.campaigns_remembered),
                50_000,
            ),
            rate_limit_per_second: NonZeroU32::new(rate.unwrap_or(1_000)),
            rate_limit_burst: burst(options.rate_limit_burst.or(file.rate_limit_burst), 2_000),
            token_rate_per_second: NonZeroU32::new(token_rate.unwrap_or(5_000)),
            token_rate_burst: burst(token_burst, 25_000),
            trigger_api_url: options
                .trigger_api_url
                .or(file.trigger_api_url)
                .unwrap_or_else(|| TRIGGER_API_URL_DEFAULT.to_owned()),
            trigger_secret_key: options
                .trigger_secret_key
                .or(file.trigger_secret_key)
                .filter(|key| !key.is_empty())
                .map(SecretString::from),
            trigger_task: options
                .trigger_task
                .or(file.trigger_task)
                .filter(|task| !task.is_empty()),
            shutdown_time_max: shutdown_time(options.shutdown_seconds.or(file.shutdown_seconds)),
            log: options.log.or(file.log),
            file: path.map(absolute),
        };
        decided.check()?;
        Ok(decided)
    }

    /// Refuses settings that cannot be together.
    fn check(&self) -> Result<(), ConfigurationError> {
        if self.listen == self.internal_listen && self.listen.port() != 0 {
            return Err(ConfigurationError::SameAddress(self.listen));
        }
        match &self.trigger_task {
            Some(task) if !is_task(task) => Err(ConfigurationError::BadTask),
            Some(_) if self.trigger_secret_key.is_none() => Err(ConfigurationError::TaskWithoutKey),
            Some(_) | None => Ok(()),
        }
    }

    /// Where tokens that were made elsewhere are completed.
    #[must_use]
    pub fn elsewhere(&self) -> Elsewhere {
        match &self.trigger_secret_key {
            Some(secret_key) => Elsewhere::Trigger {
                api_url: self.trigger_api_url.clone(),
                secret_key: secret_key.clone(),
                task: self.trigger_task.clone(),
            },
            None => Elsewhere::BuiltIn,
        }
    }
}

fn processors() -> NonZeroUsize {
    std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

fn shutdown_time(seconds: Option<u16>) -> Duration {
    Duration::from_secs(u64::from(seconds.unwrap_or(20)))
}

fn burst(value: Option<NonZeroU32>, default: u32) -> NonZeroU32 {
    value
        .or(NonZeroU32::new(default))
        .unwrap_or(NonZeroU32::MIN)
}

fn or(value: Option<NonZeroUsize>, default: usize) -> NonZeroUsize {
    value
        .or(NonZeroUsize::new(default))
        .unwrap_or(NonZeroUsize::MIN)
}

fn read(path: &Path) -> Result<File, ConfigurationError> {
    let path_buf = || path.to_path_buf();
    let text = std::fs::read_to_string(path).map_err(|source| ConfigurationError::Unreadable {
        path: path_buf(),
        source,
    })?;
    toml::from_str(&text).map_err(|error: toml::de::Error| ConfigurationError::Refused {
        path: path_buf(),
        reason: error.message().to_owned(),
    })
}

/// A task's id stands in a path as it is.
fn is_task(id: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    id.len() <= TASK_CHARS_MAX && id.bytes().all(plain) && !id.trim_matches('.').is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_with_an_unknown_key_is_refused() {
        let refused = toml::from_str::<File>("lisen = \"127.0.0.1:1\"").unwrap_err();

        assert!(refused.message().contains("unknown field"), "{refused}");
    }

    #[test]
    fn two_listeners_need_two_addresses() {
        let address = Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 9)));
        let options = Options {
            listen: address,
            internal_listen: address,
            ..Options::default()
        };

        let refused = Configuration::decide(options).unwrap_err();

        assert!(matches!(refused, ConfigurationError::SameAddress(_)));
    }
}
