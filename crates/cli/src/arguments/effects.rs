//! What is done with effects.

use super::Json;
use clap::Subcommand;
use outbox::EffectId;
use uuid::Uuid;

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
