//! Settings: what may stand on every command line, in the environment and in the file.

use clap::Args;
use std::net::SocketAddr;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;

/// Settings. A flag wins over the environment, the environment over the file.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Settings")]
pub struct Options {
    /// A TOML file with any of these settings, by their names with underscores.
    #[arg(long, env = "FERMATA_CONFIG", global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The database to use instead of a private PostgreSQL.
    #[arg(
        long,
        env = "DATABASE_URL",
        global = true,
        hide_env_values = true,
        value_name = "URL"
    )]
    pub database_url: Option<String>,
    /// Where the private PostgreSQL lives. Default: .fermata in the current directory.
    #[arg(long, env = "FERMATA_DATA_DIR", global = true, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Where the public API listens. Default: 127.0.0.1:8080.
    #[arg(long, env = "FERMATA_LISTEN", global = true, value_name = "ADDRESS")]
    pub listen: Option<SocketAddr>,
    /// Where the internal listener listens. Default: 127.0.0.1:8081.
    #[arg(
        long,
        env = "FERMATA_INTERNAL_LISTEN",
        global = true,
        value_name = "ADDRESS"
    )]
    pub internal_listen: Option<SocketAddr>,
    /// Threads that serve the public API, and lanes that write at the same time. Default: the
    /// number of processors.
    #[arg(long, env = "FERMATA_WORKERS", global = true, value_name = "N")]
    pub workers: Option<NonZeroUsize>,
    /// Database connections for reading. Default: 8.
    #[arg(
        long,
        env = "FERMATA_READ_CONNECTIONS",
        global = true,
        value_name = "N"
    )]
    pub read_connections: Option<NonZeroUsize>,
    /// Campaigns that each journal's lane remembers, about 1 KiB each. Default: 50000.
    #[arg(
        long,
        env = "FERMATA_CAMPAIGNS_REMEMBERED",
        global = true,
        value_name = "N"
    )]
    pub campaigns_remembered: Option<NonZeroUsize>,
    /// Requests a second that one key may make in the long run; 0 for no limit. Default: 1000.
    #[arg(
        long,
        env = "FERMATA_RATE_LIMIT_PER_SECOND",
        global = true,
        value_name = "N"
    )]
    pub rate_limit_per_second: Option<u32>,
    /// Requests that one key may make at once. Default: 2000.
    #[arg(
        long,
        env = "FERMATA_RATE_LIMIT_BURST",
        global = true,
        value_name = "N"
    )]
    pub rate_limit_burst: Option<NonZeroU32>,
    /// Requests a second that one internal key may make about waitpoint tokens in the long run; 0
    /// for no limit. Default: 5000.
    #[arg(
        long,
        env = "FERMATA_TOKEN_RATE_PER_SECOND",
        global = true,
        value_name = "N"
    )]
    pub token_rate_per_second: Option<u32>,
    /// Requests that one internal key may make at once about waitpoint tokens. Default: 25000.
    #[arg(
        long,
        env = "FERMATA_TOKEN_RATE_BURST",
        global = true,
        value_name = "N"
    )]
    pub token_rate_burst: Option<NonZeroU32>,
    /// Where Trigger.dev's API is. Default: the hosted one, api.trigger.dev.
    #[arg(long, env = "TRIGGER_API_URL", global = true, value_name = "URL")]
    pub trigger_api_url: Option<String>,
    /// The secret key of the Trigger.dev environment whose tokens are registered here. Without it,
    /// registered tokens are built-in ones.
    #[arg(
        long,
        env = "TRIGGER_SECRET_KEY",
        global = true,
        hide_env_values = true,
        value_name = "KEY"
    )]
    pub trigger_secret_key: Option<String>,
    /// The Trigger.dev task that runs a campaign: triggered with every launch. Without it, engines
    /// ask for launches.
    #[arg(long, env = "TRIGGER_TASK", global = true, value_name = "ID")]
    pub trigger_task: Option<String>,
    /// The file of the key that signs the log; `fermata ledger key new` makes it. Default:
    /// ledger.key beside a private PostgreSQL, otherwise nothing is signed.
    #[arg(long, env = "FERMATA_LEDGER_KEY", global = true, value_name = "FILE")]
    pub ledger_key: Option<PathBuf>,
    /// Where what was signed is published, for tools that read tiled logs. Default: ledger beside a
    /// private PostgreSQL, otherwise nowhere.
    #[arg(
        long,
        env = "FERMATA_LEDGER_DIRECTORY",
        global = true,
        value_name = "DIR"
    )]
    pub ledger_directory: Option<PathBuf>,
    /// Seconds that requests which were taken may take to finish at shutdown. Default: 20.
    #[arg(
        long,
        env = "FERMATA_SHUTDOWN_SECONDS",
        global = true,
        value_name = "N"
    )]
    pub shutdown_seconds: Option<u16>,
    /// What to log, as tracing's filter has it. Default: info when serving, warn otherwise.
    #[arg(long, env = "FERMATA_LOG", global = true, value_name = "FILTER")]
    pub log: Option<String>,
}
