//! What operators do with effects: have them tried anew, park them, cancel them.

use crate::EffectId;
use crate::known_effect::{EffectState, find_effect};
use domain::CampaignId;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error};

/// Effects that one request retries at most.
pub const RETRIED_MAX: i64 = 1_000;

/// What an operator asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// Try it anew, at once: it is parked, or waits for its next attempt.
    Retry,
    /// Do not try it any more until somebody retries it.
    Park,
    /// Give it up. Its tokens wait for the next effect.
    Cancel,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operated {
    /// It was done.
    Done,
    /// There is no such effect, or it was forgotten.
    Unknown,
    /// Effects in this state take no such request.
    Refused(EffectState),
}

/// What a bulk retry did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetriedMany {
    /// Parked effects that are tried anew.
    pub effects: i64,
    /// Tokens that are owed a completion, were parked, and are tried anew.
    pub owed_tokens: u64,
}

impl Operation {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Retry => "retry",
            Self::Park => "park",
            Self::Cancel => "cancel",
        }
    }
}

/// Does what an operator asks; `by` is who it is, for the reason.
///
/// # Errors
/// When the database does not answer.
pub async fn operate(
    client: &Client,
    id: EffectId,
    operation: Operation,
    by: &str,
) -> Result<Operated, Error> {
    let (journal, position) = (id.journal.0, id.position);
    let changed = match operation {
        Operation::Retry => retry_one(client, id).await?,
        Operation::Park => {
            let park = include_str!("../sql/park_effect.sql");
            let reason = format!("parked by {by}");
            client
                .execute(park, &[&journal, &position, &reason])
                .await?
        }
        Operation::Cancel => {
            let cancel = include_str!("../sql/cancel_effect.sql");
            let reason = format!("cancelled by {by}");
            client
                .execute(cancel, &[&journal, &position, &reason])
                .await?
        }
    };
    if 0 < changed {
        return Ok(Operated::Done);
    }
    let found = find_effect(client, id).await?;
    Ok(found.map_or(Operated::Unknown, |effect| Operated::Refused(effect.state)))
}

async fn retry_one(client: &Client, id: EffectId) -> Result<u64, Error> {
    let states = [EffectState::Parked, EffectState::Due].map(EffectState::as_str);
    let one: (Option<i16>, Option<i64>) = (Some(id.journal.0), Some(id.position));
    let count = retry(client, one, None, (&states, 1)).await?;
    Ok(u64::try_from(count).unwrap_or(0))
}

/// Has parked effects of a campaign, or of all, tried anew: up to `limit` (at most
/// [`RETRIED_MAX`]), and as many tokens that are owed a completion.
///
/// # Errors
/// When the database does not answer.
pub async fn retry_many(
    client: &Client,
    campaign: Option<CampaignId>,
    limit: i64,
) -> Result<RetriedMany, Error> {
    let limit = limit.clamp(1, RETRIED_MAX);
    let states = [EffectState::Parked.as_str()];
    let effects = retry(client, (None, None), campaign, (&states, limit)).await?;
    let owed = include_str!("../sql/retry_owed.sql");
    let campaign = campaign.map(|id| id.0);
    let owed_tokens = client.execute(owed, &[&campaign, &limit]).await?;
    Ok(RetriedMany {
        effects,
        owed_tokens,
    })
}

async fn retry(
    client: &Client,
    (journal, position): (Option<i16>, Option<i64>),
    campaign: Option<CampaignId>,
    (states, limit): (&[&str], i64),
) -> Result<i64, Error> {
    let campaign = campaign.map(|id| id.0);
    let binds: [&(dyn ToSql + Sync); 5] = [&journal, &position, &campaign, &states, &limit];
    let retry = include_str!("../sql/retry_effects.sql");
    Ok(client.query_one(retry, &binds).await?.get("retried"))
}
