//! What is done with API keys.

use super::Json;
use clap::Subcommand;
use uuid::Uuid;

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
