//! The command line of `fermata verify`.

use super::Json;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

const CHECKS: &str = "\
Checks, each for every journal:
  log       positions are dense and in order, times never go backwards, the head is at
            the last event, every event and its metadata parse, the versions of a campaign
            have no gap, and every event can follow the one before
  rows      campaigns, prospects, permits, permits_of_accounts and sends equal a replay of
            the log, field by field, and no row is without a history
  counters  the census, the tally and what accounts sent equal a recount of the rows; goes
            with rows
  effects   every event that needs an effect has it, unless it may have been forgotten by
            now, and every effect has its event
  ledger    the log is what was signed; needs a public key

It may run beside a service: one connection, short snapshots, no lock that a command waits
for. Of an export, the log and the ledger are checked, without a database.

Exit status: 0 if all that was checked agrees, 1 if something differs, 2 if it could not be
checked.

Examples:
  fermata verify                                       everything, of every journal
  fermata verify --only rows --journal 2 --json        for a script
  fermata verify --ledger --checkpoint 2026-01.note    is it what was signed?
  fermata export | fermata verify --export -           without a database";

/// Compares the log with itself, with what is derived from it, and with what was signed.
#[derive(Debug, Clone, Args)]
#[command(after_long_help = CHECKS, after_help = CHECKS)]
pub struct Verify {
    /// Only this check. Repeatable.
    #[arg(long, value_name = "CHECK", value_enum)]
    pub only: Vec<Check>,
    /// Only the ledger: the same as --only ledger, and it must be possible.
    #[arg(long, conflicts_with = "only")]
    pub ledger: bool,
    /// A checkpoint that was saved elsewhere, or a directory with some. Repeatable.
    #[arg(long, value_name = "FILE|DIR")]
    pub checkpoint: Vec<PathBuf>,
    /// A public key of the ledger, or a file with several. Repeatable. Default: those beside the
    /// file of --ledger-key.
    #[arg(long, value_name = "KEY|FILE")]
    pub key: Vec<String>,
    /// An export to verify instead of the database: JSON lines, `-` for standard input.
    #[arg(long, value_name = "FILE")]
    pub export: Option<PathBuf>,
    /// This journal alone. Repeatable.
    #[arg(long, value_name = "N")]
    pub journal: Vec<i16>,
    /// How to show the report.
    #[command(flatten)]
    pub json: Json,
}

/// What is checked. Counters go with the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Check {
    /// The events themselves.
    Log,
    /// Rows and counters.
    Rows,
    /// What the world must be told.
    Effects,
    /// What was signed.
    Ledger,
}

impl Verify {
    /// Whether this is to be checked.
    #[must_use]
    pub fn wants(&self, check: Check) -> bool {
        if self.ledger {
            return check == Check::Ledger;
        }
        self.only.is_empty() || self.only.contains(&check)
    }

    /// Whether the ledger was asked for by name, so that not checking it is a failure.
    #[must_use]
    pub fn insists_on_the_ledger(&self) -> bool {
        let named = !self.only.is_empty() && self.wants(Check::Ledger);
        self.ledger || named || !self.key.is_empty() || !self.checkpoint.is_empty()
    }
}
