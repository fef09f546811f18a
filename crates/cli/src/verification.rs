//! `fermata verify`: the log beside itself, beside what is derived from it, and beside what was signed.
//!
//! What each check compares is said where it is made: `event_store::LogCheck`, `projector::Check`,
//! `outbox::EffectCheck`, `ledger::audit_journal`. Here they are put together, for a database
//! (`database`) or an export (`exported`), and shown (`report`).

pub mod database;
mod exported;
pub mod report;
mod trust;

use crate::arguments::verify::{Check, Verify};
use crate::configuration::Configuration;
use crate::database::Database;
use crate::{ledger_key, output};
use event_store::{JournalId, Journals};
use ledger::{Directory, Trust};
use report::Report;
use std::error::Error;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

/// The exit status of a verification that could not be made.
pub const UNCHECKED: u8 = 2;

/// Something differs. What, was printed.
#[derive(Debug, thiserror::Error)]
#[error("{differences} in {journals}")]
pub struct Differs {
    differences: String,
    journals: String,
}

/// What is to be checked, and by what.
pub struct Asked {
    /// As it was said.
    pub arguments: Verify,
    /// What signatures are checked with; or why they are not.
    pub trust: Result<Trust, String>,
    /// Where checkpoints are published.
    pub directory: Option<Directory>,
}

impl Asked {
    /// Whether this is to be checked.
    fn wants(&self, check: Check) -> bool {
        self.arguments.wants(check)
    }

    /// What signatures are checked with; or why they are not.
    fn trusted(&self) -> Result<&Trust, String> {
        if self.wants(Check::Ledger) {
            self.trust.as_ref().map_err(Clone::clone)
        } else {
            Err(report::NOT_ASKED.to_owned())
        }
    }
}

/// Checks what was asked for, and prints what was found.
///
/// # Errors
/// [`Differs`] when there is a difference; anything else when it cannot be checked.
pub async fn run(configuration: &Configuration, arguments: Verify) -> Result<(), Box<dyn Error>> {
    let report = match &arguments.export {
        Some(path) => {
            let _waiting = output::waiting("Reading the export");
            let lines = open(path)?;
            exported::verify(lines, &asked(configuration, &arguments)?)?
        }
        None => verify_database(configuration, &arguments).await?,
    };
    if arguments.export.is_some() && report.is_of_nothing() {
        return Err("the export has no event of what was asked for: nothing was checked".into());
    }
    let place = match &arguments.export {
        Some(_) => None,
        None => Some(configuration.place()),
    };
    match report.show(place, arguments.json) {
        // What was found is said by the status too.
        Err(error) if output::is_closed(error.as_ref()) => {}
        shown => shown?,
    }
    match report.differences() {
        0 => Ok(()),
        found => Err(Differs {
            differences: counted(found, "difference"),
            journals: counted(report.differing(), "journal"),
        }
        .into()),
    }
}

fn asked(configuration: &Configuration, arguments: &Verify) -> Result<Asked, Box<dyn Error>> {
    Ok(Asked {
        trust: trust::find(configuration, arguments)?,
        directory: ledger_key::directory(configuration).filter(Directory::exists),
        arguments: arguments.clone(),
    })
}

/// The database is opened first: where there is none, no key is missed.
async fn verify_database(
    configuration: &Configuration,
    arguments: &Verify,
) -> Result<Report, Box<dyn Error>> {
    let database = Database::open(configuration).await?;
    let verified = verify_opened(configuration, &database, arguments).await;
    database.close().await?;
    verified
}

async fn verify_opened(
    configuration: &Configuration,
    database: &Database,
    arguments: &Verify,
) -> Result<Report, Box<dyn Error>> {
    let asked = asked(configuration, arguments)?;
    let journals = chosen(database.journals, &arguments.journal)?;
    let connection = database.connect().await?;
    database::verify(&connection.client, &journals, &asked).await
}

fn chosen(all: Journals, wanted: &[i16]) -> Result<Vec<JournalId>, String> {
    let is_known = |number: &i16| all.iter().any(|journal| journal.0 == *number);
    if let Some(unknown) = wanted.iter().find(|number| !is_known(number)) {
        return Err(format!("there is no journal {unknown}"));
    }
    let is_wanted = |journal: &JournalId| wanted.is_empty() || wanted.contains(&journal.0);
    Ok(all.iter().filter(is_wanted).collect())
}

fn open(path: &Path) -> Result<Box<dyn BufRead>, String> {
    if path == Path::new("-") {
        return Ok(Box::new(BufReader::new(io::stdin())));
    }
    let failed = |error| format!("cannot read {}: {error}", path.display());
    let file = File::open(path).map_err(failed)?;
    Ok(Box::new(BufReader::new(file)))
}

fn counted(count: u64, what: &str) -> String {
    if count == 1 {
        format!("1 {what}")
    } else {
        format!("{count} {what}s")
    }
}
