//! The command line.

mod effects;
mod keys;
pub mod ledger;
mod options;
mod people;
pub mod rebuild;
pub mod verify;

pub use effects::EffectsCommand;
pub use keys::KeysCommand;
pub use options::Options;
pub use people::PeopleCommand;

use crate::archive::ArchiveArguments;
use crate::diff::DiffView;
use crate::export::ExportArguments;
use crate::past;
use chrono::{DateTime, Utc};
use clap::{Args, Parser, Subcommand};
use domain::Version;
use event_store::Moment;
use ledger::{LedgerCommand, Prove, VerifyProof};
use rebuild::Rebuild;
use uuid::Uuid;
use verify::Verify;

/// An event-sourced campaign state service.
///
/// Without DATABASE_URL, every command uses a private PostgreSQL under the data directory, made
/// from the machine's own binaries: started when needed, shared while in use, stopped by the last.
/// Only serve, migrate and demo make one, and bring its schema up to date.
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
    /// Bring the database's schema up to date, or make it. `serve` and `demo` do so by themselves.
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
    /// Show what changed in a campaign between two versions or instants, field by field, and how many of
    /// its prospects changed in which way.
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
        view: DiffView,
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
    /// Make rows anew from the log, while everything goes on.
    ///
    /// Into tables beside the live ones, which they replace when they have caught up. What broke off goes
    /// on when it is said again. A service does the same when asked over HTTP, and by itself when a newer
    /// program makes other rows of the log.
    Rebuild(Rebuild),
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
    /// Check that the log is whole, that everything derived from it equals a replay, and that it is what
    /// was signed.
    Verify(Verify),
    /// Show the configuration in force, without secrets.
    Config(Json),
}

/// How a listing is shown.
#[derive(Debug, Clone, Copy, Args)]
pub struct Json {
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}
