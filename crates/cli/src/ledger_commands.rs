//! `fermata ledger`, `fermata prove` and `fermata verify-proof`.

use crate::arguments::Json;
use crate::arguments::ledger::{LedgerCommand, LedgerKeyCommand, Prove, VerifyProof};
use crate::configuration::{Configuration, KeyPlace};
use crate::database::Database;
use crate::ledger_key::{self, KeyFile, KeyFileError};
use crate::ledger_rotation::rotate;
use crate::output::{self, DataWriter};
use domain::{CampaignId, Version};
use event_store::JournalId;
use ledger::{LedgerKey, Proof, Proven};
use serde_json::json;
use std::error::Error;
use std::fs;
use std::path::Path;

/// Does what was asked with the ledger.
///
/// # Errors
/// When it cannot be done; each error says why.
pub async fn run(
    configuration: &Configuration,
    command: LedgerCommand,
) -> Result<(), Box<dyn Error>> {
    match command {
        LedgerCommand::Key(command) => key(configuration, command).await,
        LedgerCommand::Checkpoint { journal } => checkpoint(configuration, journal).await,
        LedgerCommand::Signers(format) => signers(configuration, format).await,
    }
}

async fn key(
    configuration: &Configuration,
    command: LedgerKeyCommand,
) -> Result<(), Box<dyn Error>> {
    let file: KeyFile = ledger_key::file(configuration).ok_or(KeyFileError::Nowhere)?;
    match command {
        LedgerKeyCommand::New { name } => {
            // A key that nobody named a file for belongs to a database.
            if let Some(KeyPlace::BesideDatabase(_)) = &configuration.ledger_key {
                Database::expect(configuration)?;
            }
            let key = file.create(&name.unwrap_or_else(ledger_key::new_name))?;
            Ok(output::line(key.public().as_str())?)
        }
        LedgerKeyCommand::Rotate => {
            let key = rotate(configuration, &file).await?;
            Ok(output::line(key.public().as_str())?)
        }
        LedgerKeyCommand::List => {
            let keys = file.public_keys()?;
            if keys.is_empty() {
                return Err(KeyFileError::Missing(file.path().to_owned()).into());
            }
            let mut keys = keys.iter();
            Ok(keys.try_for_each(|key| output::line(&key.to_string()))?)
        }
    }
}

async fn checkpoint(configuration: &Configuration, journal: i16) -> Result<(), Box<dyn Error>> {
    let database = Database::open(configuration).await?;
    let connection = database.connect().await?;
    let found = ledger::find_checkpoint(&connection.client, JournalId(journal), u64::MAX).await;
    drop(connection);
    database.close().await?;
    let found = found?.ok_or_else(|| format!("nothing was signed of journal {journal} yet"))?;
    Ok(output::lines(found.note.trim_end())?)
}

async fn signers(configuration: &Configuration, format: Json) -> Result<(), Box<dyn Error>> {
    let database = Database::open(configuration).await?;
    let connection = database.connect().await?;
    let keys = ledger::list_keys(&connection.client).await;
    drop(connection);
    database.close().await?;
    let keys = keys?;
    if format.json {
        let listed = keys.iter().map(|key| {
            json!({
                "key_id": key.key_id,
                "public_key": key.public_key,
                "first_signed_at": web::instant(key.first_signed_at),
            })
        });
        let listed: Vec<_> = listed.collect();
        return Ok(output::json(&json!({"keys": listed}))?);
    }
    let row = |key: &ledger::StoredKey| {
        vec![
            key.key_id.clone(),
            key.public_key.clone(),
            web::instant(key.first_signed_at),
        ]
    };
    let rows: Vec<_> = keys.iter().map(row).collect();
    Ok(output::table(
        &["key", "public key", "first signed"],
        &rows,
    )?)
}

/// Writes a proof of one event.
///
/// # Errors
/// When there is no such event, or no checkpoint covers it yet.
pub async fn prove(configuration: &Configuration, asked: Prove) -> Result<(), Box<dyn Error>> {
    let database = Database::open(configuration).await?;
    let connection = database.connect().await?;
    let (campaign, version) = (CampaignId(asked.campaign), Version(asked.version));
    let proof = ledger::prove_event(&connection.client, campaign, version).await;
    drop(connection);
    database.close().await?;
    let text = proof?.write()?;
    match asked.output {
        Some(path) => {
            let failed = |error| format!("cannot write {}: {error}", path.display());
            Ok(fs::write(&path, text).map_err(failed)?)
        }
        None => {
            let mut out = DataWriter::begin();
            out.write_all(format!("{}\n", text.trim_end()).as_bytes())?;
            Ok(out.finish()?)
        }
    }
}

/// Checks a proof: no database, no network.
///
/// # Errors
/// When it does not hold.
pub fn verify_proof(asked: &VerifyProof) -> Result<(), Box<dyn Error>> {
    let text = read(&asked.file)?;
    let keys = keys(&asked.key)?;
    // Standard output ends in a line break, whether or not the file does.
    let proof = Proof::read(&text)?;
    let mut refused = None;
    for key in keys.iter().rev() {
        match proof.clone().verify(key.key()) {
            Ok(proven) => {
                key.allow(&proven.checkpoint)?;
                return show(&proven, key, asked.json);
            }
            Err(error) => refused = Some(error),
        }
    }
    Err(refused.map_or_else(|| "there is no public key in the file".into(), Into::into))
}

fn show(proven: &Proven, key: &LedgerKey, format: Json) -> Result<(), Box<dyn Error>> {
    let (entry, checkpoint) = (&proven.entry, &proven.checkpoint);
    if format.json {
        return Ok(output::json(&json!({
            "holds": true,
            "event": entry,
            "checkpoint": {"origin": checkpoint.origin.to_string(), "size": checkpoint.size},
            "key": key.key().as_str(),
            "key_is_retired": key.retired().is_some(),
        }))?);
    }
    let (ledger, journal) = (&checkpoint.origin.ledger, entry.journal);
    let (size, position) = (checkpoint.size, entry.position);
    output::line(&format!(
        "The proof holds: {ledger} signed that its journal {journal} has {size} events, and the one at \
         position {position} is"
    ))?;
    output::line(&format!(
        "  {} of campaign {}, version {}, recorded at {}",
        entry.event_type,
        entry.campaign_id,
        entry.version,
        web::instant(entry.recorded_at),
    ))?;
    output::line(&format!("  payload   {}", entry.payload))?;
    output::line(&format!("  metadata  {}", entry.metadata))?;
    if key.retired().is_some() {
        output::line(
            "The key was replaced since. If it was stolen, the thief can write such a proof: ask for one \
             by the current key.",
        )?;
    }
    Ok(())
}

/// Public keys: the text itself, or those of a file.
///
/// # Errors
/// When it is neither.
pub fn keys(text: &str) -> Result<Vec<LedgerKey>, Box<dyn Error>> {
    if let Ok(key) = LedgerKey::read(text) {
        return Ok(vec![key]);
    }
    let path = Path::new(text);
    Ok(ledger_key::parse_keys(&read(path)?, path)?)
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))
}
