//! `fermata ledger key rotate`: a new key takes over every journal, and the old one is retired there.
//!
//! The new key signs each journal as it is now, before it is anybody's key. From its first signature on,
//! servers with the old key sign nothing more, so where each journal was taken over is where the old key
//! stopped; that goes into the list of public keys. Whatever breaks off, saying it again goes on with the
//! same new key.

use crate::configuration::Configuration;
use crate::database::Database;
use crate::ledger_key::{self, KeyFile};
use event_store::{JournalId, Journals};
use ledger::{
    Checkpoint, LedgerMetrics, Retirement, STEP_EVENTS_MAX, Sealer, SealerSettings, SigningKey,
    Trust, find_checkpoint,
};
use std::error::Error;
use std::time::Duration;
use tokio_postgres::Client;

/// How often a journal is tried while a server seals it, and how long lies between.
const ATTEMPTS_MAX: u32 = 200;
const BETWEEN: Duration = Duration::from_millis(50);

/// Replaces the key. Returns the new one.
///
/// # Errors
/// When there is no key to replace, a journal is not what was signed, or the database or a file cannot
/// be used.
pub async fn rotate(
    configuration: &Configuration,
    file: &KeyFile,
) -> Result<SigningKey, Box<dyn Error>> {
    let database = Database::open(configuration).await?;
    let key = match file.begin_rotation() {
        Ok(key) => key,
        Err(error) => {
            database.close().await?;
            return Err(error.into());
        }
    };
    let mut connection = database.connect().await?;
    let client = &mut connection.client;
    let settings = SealerSettings {
        journals: database.journals,
        key: key.clone(),
        trust: Trust::of(file.public_keys()?),
        directory: ledger_key::directory(configuration),
        rest: Duration::ZERO,
        step_events_max: STEP_EVENTS_MAX,
        metrics: LedgerMetrics::default(),
    };
    let taken = take_over(client, database.journals, settings).await;
    drop(connection);
    database.close().await?;
    file.finish_rotation(&key, &Retirement::at(&taken?))?;
    Ok(key)
}

/// Signs every journal as it is now. Returns the checkpoints.
async fn take_over(
    client: &mut Client,
    journals: Journals,
    settings: SealerSettings,
) -> Result<Vec<Checkpoint>, Box<dyn Error>> {
    let public = settings.key.public().clone();
    let mut sealer = Sealer::new(settings);
    let mut taken = Vec::new();
    for journal in journals.iter() {
        seal(&mut sealer, client, journal).await?;
        if let Some(stored) = find_checkpoint(client, journal, u64::MAX).await? {
            taken.push(Checkpoint::open(&stored.note, &public)?);
        }
    }
    Ok(taken)
}

/// Seals all of a journal; a server that is at it is waited for.
async fn seal(
    sealer: &mut Sealer,
    client: &mut Client,
    journal: JournalId,
) -> Result<(), Box<dyn Error>> {
    let mut attempts = 0;
    loop {
        let step = sealer.run_once(client, journal).await?;
        if !step.more && !step.elsewhere {
            return Ok(());
        }
        if step.elsewhere {
            attempts += 1;
            if ATTEMPTS_MAX <= attempts {
                return Err(format!(
                    "journal {} is being sealed by a server all the time; say it again",
                    journal.0
                )
                .into());
            }
            tokio::time::sleep(BETWEEN).await;
        }
    }
}
