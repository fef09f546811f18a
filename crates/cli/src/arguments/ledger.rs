//! The command line of the ledger: its keys and proofs.

use super::Json;
use clap::{Args, Subcommand};
use std::path::PathBuf;
use uuid::Uuid;

/// What is done with the ledger.
#[derive(Debug, Subcommand)]
pub enum LedgerCommand {
    /// Create, replace and list the keys that sign checkpoints.
    #[command(subcommand)]
    Key(LedgerKeyCommand),
    /// Print the latest signed checkpoint of a journal, for saving it where this machine cannot
    /// reach it.
    Checkpoint {
        /// The journal.
        #[arg(long, value_name = "N")]
        journal: i16,
    },
    /// List the public keys that signed, as the database has them.
    Signers(Json),
}

/// What is done with the keys that sign.
#[derive(Debug, Subcommand)]
pub enum LedgerKeyCommand {
    /// Create the key, in the file of --ledger-key. Prints the public key: give it to auditors.
    New {
        /// The ledger's name, as in example.com/fermata: part of every checkpoint. Default: a name
        /// that nobody else has.
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
    },
    /// Replace the key by a new one of the same name, which signs every journal as it is now. The old
    /// public key is kept with where that was, the old private one is gone.
    ///
    /// Servers that run with the old one sign nothing until they are started again. What broke off goes
    /// on when it is said again.
    Rotate,
    /// List the public keys of the file, the oldest first; the last one is the current one.
    List,
}

/// Writes a proof of one event.
#[derive(Debug, Args)]
pub struct Prove {
    /// The campaign's id.
    pub campaign: Uuid,
    /// Which of its events, from 1.
    pub version: i64,
    /// Where the proof goes. Default: standard output.
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Checks a proof.
#[derive(Debug, Args)]
pub struct VerifyProof {
    /// The proof.
    pub file: PathBuf,
    /// The ledger's public key, or a file with it.
    #[arg(long, value_name = "KEY|FILE", required = true)]
    pub key: String,
    /// How to show what is proven.
    #[command(flatten)]
    pub json: Json,
}
