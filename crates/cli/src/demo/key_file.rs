//! The demo's keys, kept in a file that only its owner can read.

use super::USER_ID;
use crate::configuration::Configuration;
use crate::database::Database;
use crate::key_commands::create_labelled;
use keys::{PresentedKey, StoredKey};
use serde::{Deserialize, Serialize};
use std::error::Error;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

const FILE_NAME: &str = "demo.json";
const LABEL: &str = "demo";

#[derive(Serialize, Deserialize)]
struct Kept {
    key: String,
    internal_key: String,
}

/// The keys of the file, if this database knows them and they are not revoked; new ones otherwise.
pub(super) async fn find_or_make(
    configuration: &Configuration,
    database: &Database,
) -> Result<(String, String), Box<dyn Error>> {
    let path = configuration.data_directory.join(FILE_NAME);
    let connection = database.connect().await?;
    let stored = keys::list(&connection.client).await?;
    if let Some(kept) = read(&path)
        && is_live(&stored, &kept.key)
        && is_live(&stored, &kept.internal_key)
    {
        return Ok((kept.key, kept.internal_key));
    }
    let key = create_labelled(&connection.client, Some(USER_ID), LABEL).await?;
    let internal_key = create_labelled(&connection.client, None, LABEL).await?;
    let kept = Kept { key, internal_key };
    if let Err(error) = write(&path, &kept) {
        let path = path.display();
        tracing::warn!(%path, %error, "the demo's keys are not kept; the next demo makes new ones");
    }
    Ok((kept.key, kept.internal_key))
}

fn is_live(stored: &[StoredKey], key: &str) -> bool {
    key.parse::<PresentedKey>().is_ok_and(|presented| {
        let live = |key: &StoredKey| key.prefix == presented.prefix() && key.revoked_at.is_none();
        stored.iter().any(live)
    })
}

fn read(path: &Path) -> Option<Kept> {
    serde_json::from_str(&std::fs::read_to_string(path).ok()?).ok()
}

fn write(path: &Path, kept: &Kept) -> std::io::Result<()> {
    if let Some(directory) = path.parent() {
        std::fs::create_dir_all(directory)?;
    }
    let mut options = std::fs::OpenOptions::new();
    let mut file = options
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(serde_json::to_string_pretty(kept)?.as_bytes())
}
