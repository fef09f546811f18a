//! The command line.

pub mod ledger;

use crate::archive::ArchiveArguments;
use crate::export::ExportArguments;
use crate::past;
use chrono::{DateTime, Utc};
use clap::{Args, Parser, Subcommand};
use domain::Version;
use event_store::Moment;
use ledger::{LedgerCommand, Prove, Verify, VerifyProof};
use outbox::EffectId;
use std::net::SocketAddr;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use uuid::Uuid;

/// An event-sourced campaign state service.
///
/// Without DATABASE_URL, every command uses a private PostgreSQL under the data directory, made
/// from the machine's own binaries: started when needed, shared while in use, stopped by the last.
#[derive(Debug, Parser)]
#[command(name = "fermata", version, max_term_width = 100)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// How.
    #[command(flatten)]
    pub options: Options,
}

/// What the program does.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the public API and the internal listener until told to stop.
    Serve {
        /// Make the demo workspace first, and print a curl line that pauses its campaign.
        #[arg(long)]
        demo: bool,
    },
    /// Bring the database's schema up to date. Every other command does so by itself.
    Migrate {
        /// How many journals a new database gets; never changes afterwards. Default: 4.
        #[arg(long, value_name = "N")]
        journals: Option<i16>,
    },
    /// Create, list and revoke API keys.
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Make a demo workspace: a user with campaigns in every state. Harmless when repeated.
    Demo(Json),
    /// Show everything that ever happened to a campaign, also to a deleted one.
    History {
        /// The campaign's id.
        campaign: Uuid,
        /// How to show it.
        #[command(flatten)]
        json: Json,
    },
    /// Show a campaign as it was at a version or an instant; as it is, when neither is named.
    State {
        /// The campaign's id.
        campaign: Uuid,
        /// As it was right after this event of its history.
        #[arg(long, value_name = "N", value_parser = past::version, conflicts_with = "at")]
        version: Option<Version>,
        /// As it was at this instant, RFC 3339.
        #[arg(long, value_name = "INSTANT", value_parser = past::instant)]
        at: Option<DateTime<Utc>>,
        /// How to show it.
        #[command(flatten)]
        json: Json,
    },
    /// Show what changed in a campaign between two versions or instants, field by field.
    Diff {
        /// The campaign's id.
        campaign: Uuid,
        /// A version, or an RFC 3339 instant.
        #[arg(value_parser = past::moment)]
        from: Moment,
        /// Another one.
        #[arg(value_parser = past::moment)]
        to: Moment,
        /// How to show it.
        #[command(flatten)]
        json: Json,
    },
    /// Say in plain words why a campaign is in its state: what led to it, who caused that, and
    /// whether its sleepers were woken.
    Explain {
        /// The campaign's id.
        campaign: Uuid,
        /// How to show it.
        #[command(flatten)]
        json: Json,
    },
    /// List effects, explain what became of one, and retry, park or cancel them.
    #[command(subcommand)]
    Effects(EffectsCommand),
    /// What is on file about the people of campaigns.
    #[command(subcommand)]
    People(PeopleCommand),
    /// Write events as lines: JSON Lines that `fermata verify` reads, or CloudEvents.
    ///
    /// Journal by journal, up to where each has come now. The same events give the same bytes.
    Export(ExportArguments),
    /// Move old events of a journal into partitions that can be detached; still read as before.
    ///
    /// While the service runs. Copies are compared before anything is removed. What broke off goes on
    /// when it is said again.
    Archive(ArchiveArguments),
    /// Keys that sign the log, and what they signed.
    #[command(subcommand)]
    Ledger(LedgerCommand),
    /// Write a file that proves an event of a campaign to people who have the public key.
    Prove(Prove),
    /// Check such a file: without a database, without a network.
    VerifyProof(VerifyProof),
    /// Compare the log, or an export of it, with what was signed.
    Verify(Verify),
    /// Show the configuration in force, without secrets.
    Config(Json),
}

/// What is done with keys.
#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// Create a key. Prints it, alone, on standard output: it is not shown again.
    #[command(group(clap::ArgGroup::new("owner").required(true)))]
    Create {
        /// A public key for this user's campaigns.
        #[arg(long, value_name = "UUID", group = "owner")]
        user: Option<Uuid>,
        /// A key for the internal listener.
        #[arg(long, group = "owner")]
        internal: bool,
        /// What people call the key.
        #[arg(long)]
        label: Option<String>,
    },
    /// List keys, newest first, revoked ones too.
    List(Json),
    /// Revoke a key for good. When this returns, no server takes it any more.
    Revoke {
        /// The first 24 characters of the key, or all of it.
        key: String,
    },
}

/// What is done with people.
#[derive(Debug, Subcommand)]
pub enum PeopleCommand {
    /// Forget a person, in every campaign of a user: what is on file about them is removed for good,
    /// and nothing more is sent to them. Harmless when repeated.
    #[command(group(clap::ArgGroup::new("who").required(true)))]
    Erase {
        /// Whose campaigns.
        #[arg(long, value_name = "UUID")]
        user: Uuid,
        /// Whoever is reached by this address; - reads it from standard input.
        #[arg(long, value_name = "ADDRESS", group = "who")]
        email: Option<String>,
        /// Whoever has this profile; - reads it from standard input.
        #[arg(long, value_name = "URL", group = "who")]
        linkedin_url: Option<String>,
        /// This prospect.
        #[arg(long, value_name = "UUID", group = "who")]
        prospect: Option<Uuid>,
        /// How to show what was forgotten.
        #[command(flatten)]
        json: Json,
    },
}

/// What is done with effects.
#[derive(Debug, Subcommand)]
pub enum EffectsCommand {
    /// List effects in the order of their ids, with what became of each.
    List {
        /// Only those that are waiting, due, parked, cancelled or delivered.
        #[arg(long)]
        state: Option<String>,
        /// Only those of this campaign.
        #[arg(long, value_name = "UUID")]
        campaign: Option<Uuid>,
        /// Only those behind this one.
        #[arg(long, value_name = "EFFECT")]
        after: Option<EffectId>,
        /// At most so many.
        #[arg(long, value_name = "N", default_value = "100")]
        limit: u16,
        /// How to show them.
        #[command(flatten)]
        json: Json,
    },
    /// Say in plain words why an effect was delivered or not, attempt by attempt.
    Explain {
        /// The effect's id, as in 2-1234.
        effect: EffectId,
        /// How to show it.
        #[command(flatten)]
        json: Json,
    },
    /// Try an effect anew, at once; or every parked one, of all campaigns or of one.
    #[command(group(clap::ArgGroup::new("which").required(true)))]
    Retry {
        /// The effect's id.
        #[arg(group = "which")]
        effect: Option<EffectId>,
        /// Every parked effect of this campaign.
        #[arg(long, value_name = "UUID", group = "which")]
        campaign: Option<Uuid>,
        /// Every parked effect: up to a thousand at a time.
        #[arg(long, group = "which")]
        all: bool,
    },
    /// Do not try an effect any more until it is retried.
    Park {
        /// The effect's id.
        effect: EffectId,
    },
    /// Give an effect up. Its tokens wait for the next one.
    Cancel {
        /// The effect's id.
        effect: EffectId,
    },
}

/// How a listing is shown.
#[derive(Debug, Clone, Copy, Args)]
pub struct Json {
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

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
