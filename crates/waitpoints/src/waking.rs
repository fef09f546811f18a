//! Wakes, and the lock that puts them in one order with everything that settles tokens.
//!
//! What a reader was told once must stay true. Whoever settles a token looks first whether a wake
//! covers it, and whoever inserts wakes could do so in between; so the first take the **waking
//! lock** of the journal shared and the second exclusively, each in a transaction, and both look and
//! write in a statement *after* the one that took the lock, which therefore sees what was committed
//! before. The exclusive holder sends nothing and waits for nobody else.

use crate::Output;
use chrono::{DateTime, Utc};
use domain::{CampaignId, TokenKind};
use event_store::JournalId;
use serde_json::Value;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Error, GenericClient};
use uuid::Uuid;

pub(crate) const LOCK_SHARED: &str = include_str!("../sql/lock_waking_shared.sql");

/// How the waking lock is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WakingLock {
    /// To settle or register tokens.
    Share,
    /// To insert wakes.
    Exclusive,
}

/// One wake: completes every token of its campaign and kind that was registered before its
/// position.
#[derive(Debug, Clone, PartialEq)]
pub struct WakeRow {
    /// The campaign.
    pub campaign_id: CampaignId,
    /// Which tokens.
    pub kind: TokenKind,
    /// The event that caused it.
    pub position: i64,
    /// What the sleepers are told.
    pub output: Value,
    /// When: what readers are shown as the time of completion.
    pub recorded_at: DateTime<Utc>,
}

/// Takes the waking lock of a journal until the caller's open transaction ends. What must see
/// everything before it stands in the caller's next statement, and the transaction must be `READ
/// COMMITTED`, so that this statement sees more than the one before.
///
/// # Errors
/// When the database does not answer.
pub async fn lock_waking(
    client: &impl GenericClient,
    journal: JournalId,
    how: WakingLock,
) -> Result<(), Error> {
    let statement = match how {
        WakingLock::Share => LOCK_SHARED,
        WakingLock::Exclusive => include_str!("../sql/lock_waking_exclusively.sql"),
    };
    let number = i32::from(journal.0);
    client
        .query_typed(statement, &[(&number, Type::INT4)])
        .await
        .map(|_| ())
}

/// Inserts wakes on the caller's open transaction, which holds the waking lock exclusively and
/// inserts the wakes of a journal in the order of their positions. Wakes that are there already
/// stay as they are. Returns how many are new.
///
/// # Errors
/// When the database refuses.
pub async fn insert_wakes(
    client: &impl GenericClient,
    journal: JournalId,
    wakes: &[WakeRow],
) -> Result<usize, Error> {
    if wakes.is_empty() {
        return Ok(0);
    }
    let campaigns: Vec<Uuid> = wakes.iter().map(|wake| wake.campaign_id.0).collect();
    let kinds: Vec<&str> = wakes.iter().map(|wake| wake.kind.as_str()).collect();
    let positions: Vec<i64> = wakes.iter().map(|wake| wake.position).collect();
    let outputs: Vec<Output> = wakes.iter().map(|wake| Output::of(&wake.output)).collect();
    let output_types: Vec<&str> = outputs
        .iter()
        .map(|output| output.output_type.as_str())
        .collect();
    let texts: Vec<Option<&str>> = outputs
        .iter()
        .map(|output| output.text.as_deref())
        .collect();
    let times: Vec<DateTime<Utc>> = wakes.iter().map(|wake| wake.recorded_at).collect();
    let binds: [(&(dyn ToSql + Sync), Type); 7] = [
        (&journal.0, Type::INT2),
        (&campaigns, Type::UUID_ARRAY),
        (&kinds, Type::TEXT_ARRAY),
        (&positions, Type::INT8_ARRAY),
        (&output_types, Type::TEXT_ARRAY),
        (&texts, Type::TEXT_ARRAY),
        (&times, Type::TIMESTAMPTZ_ARRAY),
    ];
    let inserted = client
        .query_typed(include_str!("../sql/insert_wakes.sql"), &binds)
        .await?;
    Ok(inserted.len())
}
