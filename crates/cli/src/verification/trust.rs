//! What signatures are checked with.

use crate::arguments::verify::Verify;
use crate::configuration::Configuration;
use crate::{ledger_commands, ledger_key};
use ledger::Trust;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

const NO_KEY: &str = "say which public key checks the signatures, with --key";

/// Public keys that were named, or those beside the key's file, and checkpoints saved elsewhere. Why
/// there are none, if nobody insists on them.
pub(super) fn find(
    configuration: &Configuration,
    asked: &Verify,
) -> Result<Result<Trust, String>, Box<dyn Error>> {
    let mut keys = Vec::new();
    for text in &asked.key {
        keys.extend(ledger_commands::keys(text)?);
    }
    if let Some(file) = ledger_key::file(configuration).filter(|_| keys.is_empty()) {
        keys = file.public_keys()?;
    }
    if keys.is_empty() {
        let insists = asked.insists_on_the_ledger();
        return if insists {
            Err(NO_KEY.into())
        } else {
            Ok(Err(NO_KEY.to_owned()))
        };
    }
    let mut trust = Trust::of(keys);
    for path in asked.checkpoint.iter().flat_map(|path| notes(path)) {
        let failed = |error: &dyn Error| format!("the checkpoint {}: {error}", path.display());
        let note = fs::read_to_string(&path).map_err(|error| failed(&error))?;
        trust.save(&note).map_err(|error| failed(&error))?;
    }
    Ok(Ok(trust))
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
