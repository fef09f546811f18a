//! `fermata verify --ledger`: the log beside what was signed of it.

use crate::arguments::Json;
use crate::arguments::ledger::Verify;
use crate::configuration::Configuration;
use crate::database::Database;
use crate::{ledger_commands, ledger_key, output};
use event_store::JournalId;
use ledger::{Agreement, AuditError, Directory, Findings, Trust, audit_export, audit_journal};
use serde_json::{Value, json};
use std::error::Error;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

/// Compares the log, or an export of it, with everything that was signed.
///
/// # Errors
/// When there is a difference, or it cannot be read.
pub async fn run(configuration: &Configuration, asked: Verify) -> Result<(), Box<dyn Error>> {
    let trust = trust(configuration, &asked)?;
    let directory = ledger_key::directory(configuration).filter(Directory::exists);
    let findings = match &asked.export {
        Some(path) => {
            let lines = open(path)?;
            audit_export(lines, &trust, directory.as_ref(), &asked.journal)?
        }
        None => audit_database(configuration, &asked.journal, &trust, directory.as_ref()).await?,
    };
    report(&findings, asked.json)?;
    match findings.values().filter(|found| found.is_err()).count() {
        0 => Ok(()),
        1 => Err("a journal is not what was signed".into()),
        count => Err(format!("{count} journals are not what was signed").into()),
    }
}

/// Public keys that were named, or those beside the key's file; and checkpoints saved elsewhere.
fn trust(configuration: &Configuration, asked: &Verify) -> Result<Trust, Box<dyn Error>> {
    let mut keys = Vec::new();
    for text in &asked.key {
        keys.extend(ledger_commands::keys(text)?);
    }
    if let Some(file) = ledger_key::file(configuration).filter(|_| keys.is_empty()) {
        keys = file.public_keys()?;
    }
    if keys.is_empty() {
        return Err("say which public key checks the signatures, with --key".into());
    }
    let mut trust = Trust::of(keys);
    for path in asked.checkpoint.iter().flat_map(|path| notes(path)) {
        let failed = |error: &dyn Error| format!("the checkpoint {}: {error}", path.display());
        let note = fs::read_to_string(&path).map_err(|error| failed(&error))?;
        trust.save(&note).map_err(|error| failed(&error))?;
    }
    Ok(trust)
}

/// A file, or the checkpoints of a directory as the sealer publishes it.
fn notes(path: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(path) else {
        return vec![path.to_owned()];
    };
    let inner = entries.flatten().map(|entry| entry.path());
    let checkpoint = |path: PathBuf| {
        if path.is_dir() {
            path.join("checkpoint")
        } else {
            path
        }
    };
    let is_note = |path: &PathBuf| fs::read_to_string(path).is_ok_and(|text| text.contains("\n\n"));
    let mut notes: Vec<PathBuf> = inner.map(checkpoint).filter(is_note).collect();
    notes.sort();
    notes
}

async fn audit_database(
    configuration: &Configuration,
    journals: &[i16],
    trust: &Trust,
    directory: Option<&Directory>,
) -> Result<Findings, Box<dyn Error>> {
    let database = Database::open(configuration, None).await?;
    let connection = database.connect().await?;
    let all = database.journals.iter().map(|journal| journal.0);
    let wanted = all.filter(|journal| journals.is_empty() || journals.contains(journal));
    let mut findings = Ok(Findings::new());
    for journal in wanted {
        let audited = audit_journal(&connection.client, JournalId(journal), trust, directory);
        let found = match audited.await {
            Ok(agreement) => Ok(agreement),
            Err(AuditError::Differs(difference)) => Err(difference),
            Err(error) => {
                findings = Err(error);
                break;
            }
        };
        if let Ok(findings) = &mut findings {
            findings.insert(journal, found);
        }
    }
    drop(connection);
    database.close().await?;
    Ok(findings?)
}

fn open(path: &Path) -> Result<Box<dyn BufRead>, String> {
    if path == Path::new("-") {
        return Ok(Box::new(BufReader::new(io::stdin())));
    }
    let failed = |error| format!("cannot read {}: {error}", path.display());
    let file = File::open(path).map_err(failed)?;
    Ok(Box::new(BufReader::new(file)))
}

fn report(findings: &Findings, format: Json) -> Result<(), Box<dyn Error>> {
    if format.json {
        let agrees = findings.values().all(Result::is_ok);
        let journals = findings.iter().map(|(journal, found)| match found {
            Ok(agreement) => listed(*journal, agreement),
            Err(difference) => json!({
                "journal": journal,
                "agrees": false,
                "difference": difference,
                "position": difference.position(),
                "message": difference.to_string(),
            }),
        });
        let journals: Vec<Value> = journals.collect();
        return Ok(output::json(
            &json!({"ledger": {"agrees": agrees, "journals": journals}}),
        )?);
    }
    for (journal, found) in findings {
        let said = match found {
            Ok(Agreement {
                events,
                covered,
                checkpoints,
            }) => format!(
                "{events} events; checkpoints cover the first {covered}, all {checkpoints} agree"
            ),
            Err(difference) => difference.to_string(),
        };
        output::line(&format!("journal {journal}: {said}"))?;
    }
    Ok(())
}

fn listed(journal: i16, agreement: &Agreement) -> Value {
    json!({
        "journal": journal,
        "agrees": true,
        "events": agreement.events,
        "covered": agreement.covered,
        "checkpoints": agreement.checkpoints,
    })
}
