//! What is done with people.

use super::Json;
use clap::Subcommand;
use uuid::Uuid;

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
    /// List people whom the rules of this program do not tell from another of their campaign (doubled), or
    /// whose address is none by these rules (unknown): at most 1,000 of each journal. All stay in their
    /// campaigns until an operator removes them.
    Check(Json),
}
