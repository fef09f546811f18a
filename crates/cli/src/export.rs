//! `fermata export`: events as lines, for keeping, for other programs, and for being checked without a
//! database.
//!
//! Journal by journal and in the order of each, a page at a time, up to where each journal had come
//! when the export began. The bytes of a line depend on the event alone, so exporting again gives the
//! same bytes, and a file that broke off is gone on with behind its last whole line.

mod arguments;
mod bound;
mod cloud_event;
mod file;
mod place;
mod range;
mod source;

pub use arguments::{ExportArguments, Format};

use crate::configuration::Configuration;
use crate::database::Database;
use crate::output::{self, Progress};
use domain::CampaignId;
use event_store::{JournalId, Journals, Stored};
use file::Target;
use ledger::Entry;
use projector::find_journal;
use range::Range;
use source::{Choice, Source};
use std::collections::BTreeMap;
use std::error::Error;
use tokio_postgres::Client;

/// How far an export has come, by journal: what was written, or need not be.
type Places = BTreeMap<JournalId, i64>;

/// Writes what was asked for.
///
/// # Errors
/// When the database cannot be opened or read, or the file cannot be written or is no export.
pub async fn run(
    configuration: &Configuration,
    arguments: ExportArguments,
) -> Result<(), Box<dyn Error>> {
    let database = Database::open(configuration).await?;
    let connection = database.connect().await?;
    let exported = export(&connection.client, database.journals, &arguments).await;
    drop(connection);
    database.close().await?;
    exported
}

async fn export(
    client: &Client,
    journals: Journals,
    arguments: &ExportArguments,
) -> Result<(), Box<dyn Error>> {
    let chosen = chosen(client, journals, arguments).await?;
    let mut target = Target::open(arguments.output.as_deref(), arguments.format)?;
    let mut ranges = Vec::new();
    for journal in chosen {
        let place = furthest(&[arguments.places()?, target.places().clone()], journal);
        ranges.push(Range::find(client, journal, place, (arguments.from, arguments.to)).await?);
    }
    let length = ranges.iter().map(Range::length).sum();
    let progress = output::progress("Exporting", length);
    for range in ranges {
        let source = Source::new(range, arguments.choice());
        write(client, source, (&mut target, arguments.format), &progress).await?;
    }
    Ok(target.finish()?)
}

async fn write(
    client: &Client,
    mut source: Source,
    (target, format): (&mut Target, Format),
    progress: &Progress,
) -> Result<(), Box<dyn Error>> {
    let mut lines = Vec::new();
    while let Some(page) = source.next(client).await? {
        for event in &page.events {
            put(&mut lines, event, format)?;
        }
        target.write_all(&lines)?;
        lines.clear();
        progress.add(page.passed);
    }
    Ok(())
}

fn put(lines: &mut Vec<u8>, event: &Stored, format: Format) -> Result<(), serde_json::Error> {
    match format {
        // What is exported is what is hashed.
        Format::Jsonl => serde_json::to_writer(&mut *lines, &Entry::from(event.clone()))?,
        Format::Cloudevents => cloud_event::put(lines, event)?,
    }
    lines.push(b'\n');
    Ok(())
}

/// The journals that have what was asked for.
async fn chosen(
    client: &Client,
    journals: Journals,
    arguments: &ExportArguments,
) -> Result<Vec<JournalId>, Box<dyn Error>> {
    let only = match arguments.choice() {
        Choice::All => None,
        Choice::User(user) => Some(journals.of(user)),
        Choice::Campaign(campaign) => Some(journal_of(client, campaign).await?),
    };
    let asked = arguments.journal.map(JournalId);
    if let Some(unknown) = asked.filter(|asked| !journals.iter().any(|known| known == *asked)) {
        return Err(format!("there is no journal {}", unknown.0).into());
    }
    let is_chosen = |journal: &JournalId| {
        asked.is_none_or(|asked| asked == *journal) && only.is_none_or(|only| only == *journal)
    };
    Ok(journals.iter().filter(is_chosen).collect())
}

async fn journal_of(client: &Client, campaign: CampaignId) -> Result<JournalId, Box<dyn Error>> {
    let found = find_journal(client, campaign).await?;
    Ok(found.ok_or_else(|| format!("there never was a campaign {campaign}"))?)
}

fn furthest(places: &[Places], journal: JournalId) -> i64 {
    let places = places.iter().filter_map(|places| places.get(&journal));
    places.copied().max().unwrap_or(0)
}
