//! What is exported, and how.

use super::Places;
use super::bound::Bound;
use super::place::Place;
use super::source::Choice;
use clap::{Args, ValueEnum};
use domain::{CampaignId, UserId};
use event_store::JournalId;
use std::path::PathBuf;
use uuid::Uuid;

/// What is exported, and how.
#[derive(Debug, Args)]
pub struct ExportArguments {
    /// Only events of this journal.
    #[arg(long, value_name = "N")]
    pub journal: Option<i16>,
    /// Only events of this user's campaigns, deleted ones too.
    #[arg(long, value_name = "UUID", conflicts_with = "campaign")]
    pub user: Option<Uuid>,
    /// Only events of this campaign.
    #[arg(long, value_name = "UUID")]
    pub campaign: Option<Uuid>,
    /// Only events from this position on, or recorded at this instant (RFC 3339) or later.
    #[arg(long, value_name = "POSITION|INSTANT")]
    pub from: Option<Bound>,
    /// Only events before this position, or recorded before this instant.
    #[arg(long, value_name = "POSITION|INSTANT")]
    pub to: Option<Bound>,
    /// How an event is written.
    #[arg(long, value_enum, default_value_t = Format::Jsonl)]
    pub format: Format,
    /// Only events behind this one, as in 2-1234, or 1234 with --journal. May be said for several
    /// journals.
    #[arg(long, value_name = "[JOURNAL-]POSITION")]
    pub after: Vec<Place>,
    /// Write to this file. One that is there, written by the same command, is gone on with.
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// How an event is written: one line each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// JSON Lines: what the ledger hashes; `fermata verify` reads it.
    Jsonl,
    /// CloudEvents 1.0, JSON.
    Cloudevents,
}

impl ExportArguments {
    /// Whose events.
    pub(super) fn choice(&self) -> Choice {
        match (self.user, self.campaign) {
            (_, Some(campaign)) => Choice::Campaign(CampaignId(campaign)),
            (Some(user), None) => Choice::User(UserId(user)),
            (None, None) => Choice::All,
        }
    }

    /// Behind which events.
    pub(super) fn places(&self) -> Result<Places, String> {
        let mut places = Places::new();
        for place in &self.after {
            let journal = place.journal.or(self.journal).ok_or_else(|| {
                format!(
                    "--after {} needs --journal, or a journal in front",
                    place.position
                )
            })?;
            let known = places.entry(JournalId(journal)).or_insert(0);
            *known = place.position.max(*known);
        }
        Ok(places)
    }
}
