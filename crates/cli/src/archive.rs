//! `fermata archive`: moves old events of a journal into partitions of the archive.

use crate::configuration::Configuration;
use crate::database::Database;
use crate::output;
use clap::Args;
use event_store::{Archiving, JournalId, PARTITION_EVENTS_DEFAULT, list_archives};
use std::error::Error;
use tokio_postgres::Client;

/// What is moved.
#[derive(Debug, Clone, Copy, Args)]
pub struct ArchiveArguments {
    /// The journal.
    #[arg(long, value_name = "N")]
    pub journal: i16,
    /// All events before this position are moved.
    #[arg(long, value_name = "POSITION")]
    pub before: i64,
    /// Events of a partition at most.
    #[arg(long, value_name = "N", default_value_t = PARTITION_EVENTS_DEFAULT,
          value_parser = clap::value_parser!(i64).range(1..))]
    pub partition_events: i64,
}

/// Moves events, and says where they are.
///
/// # Errors
/// When the database cannot be opened, or events cannot be moved; what was moved so far is.
pub async fn run(
    configuration: &Configuration,
    arguments: ArchiveArguments,
) -> Result<(), Box<dyn Error>> {
    let database = Database::open(configuration).await?;
    let mut connection = database.connect().await?;
    let moved = archive(&mut connection.client, arguments).await;
    drop(connection);
    database.close().await?;
    moved
}

async fn archive(client: &mut Client, arguments: ArchiveArguments) -> Result<(), Box<dyn Error>> {
    let journal = JournalId(arguments.journal);
    let moved = carry(client, journal, arguments).await?;
    let said = format!(
        "Moved {moved} events of journal {} into the archive.",
        journal.0
    );
    output::line(&said)?;
    let partitions = list_archives(client, journal).await?;
    let rows: Vec<Vec<String>> = partitions
        .iter()
        .map(|partition| {
            let state = match (partition.filled_at, partition.is_attached) {
                (None, _) => "being filled",
                (Some(_), true) => "attached",
                (Some(_), false) => "detached",
            };
            let (first, last) = (partition.first.to_string(), partition.last.to_string());
            vec![partition.name.clone(), first, last, state.to_owned()]
        })
        .collect();
    Ok(output::table(
        &["partition", "first", "last", "state"],
        &rows,
    )?)
}

async fn carry(
    client: &mut Client,
    journal: JournalId,
    arguments: ArchiveArguments,
) -> Result<i64, Box<dyn Error>> {
    let (before, size) = (arguments.before, arguments.partition_events);
    let mut archiving = Archiving::begin(client, journal, before, size).await?;
    let progress = output::progress("Moving", u64::try_from(archiving.left()).unwrap_or(0));
    let mut moved = 0;
    loop {
        let step = archiving.step().await?;
        if step == 0 {
            return Ok(moved);
        }
        moved += step;
        progress.add(u64::try_from(step).unwrap_or(0));
    }
}
