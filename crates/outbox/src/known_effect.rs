//! Effects with what became of them, for people who look.

use crate::EffectId;
use chrono::{DateTime, Utc};
use domain::CampaignId;
use event_store::JournalId;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error, Row};

/// Effects that one listing shows at most.
pub const LISTED_EFFECTS_MAX: i64 = 500;
/// Attempts that are shown of an effect at most: the latest.
pub const LISTED_ATTEMPTS_MAX: i64 = 50;

/// Where an effect is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EffectState {
    /// It was not taken in yet.
    Waiting,
    /// It has to be sent elsewhere, or is being sent.
    Due,
    /// It cannot be sent; an operator must look at it.
    Parked,
    /// It is not worth sending any more.
    Cancelled,
    /// There is nothing left to do.
    Delivered,
}

/// An effect with what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownEffect {
    /// Its id.
    pub id: EffectId,
    /// Whose.
    pub campaign_id: CampaignId,
    /// The kind, as stored.
    pub kind: String,
    /// What is to be told, as JSON.
    pub detail: String,
    /// When the event was recorded.
    pub enqueued_at: DateTime<Utc>,
    /// Where it is.
    pub state: EffectState,
    /// How far the relay has come in its journal.
    pub cursor: i64,
    /// What was sent elsewhere because of it, if anything had to be.
    pub delivery: Option<Delivery>,
    /// How it ended, if it is a launch without a delivery: one that was not taken in yet.
    pub ended: Option<Ended>,
}

/// How a launch ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// When, if that is still known.
    pub at: Option<DateTime<Utc>>,
    /// By what.
    pub reason: String,
}

impl KnownEffect {
    /// Why it is where it is.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        let of_delivery = self.delivery.as_ref().and_then(|it| it.reason.as_deref());
        of_delivery.or(self.ended.as_ref().map(|ended| ended.reason.as_str()))
    }
}

/// What was sent elsewhere because of an effect.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    /// What is told.
    pub told: String,
    /// To which tokens; none for both kinds.
    pub token_kind: Option<String>,
    /// When it was taken in, or retried by an operator.
    pub opened_at: DateTime<Utc>,
    /// Tokens that are over.
    pub completed: i64,
    /// Tokens that were not there any more.
    pub unknown: i64,
    /// Failures, each token as often as it failed.
    pub failed: i64,
    /// Attempts, of some tokens each.
    pub attempts: i32,
    /// When it is tried again, if it waits for that.
    pub due_at: Option<DateTime<Utc>>,
    /// Why it is where it is.
    pub reason: Option<String>,
    /// When it was over.
    pub closed_at: Option<DateTime<Utc>>,
}

/// One attempt at some of an effect's tokens.
#[derive(Debug, Clone, PartialEq)]
pub struct Attempt {
    /// Which, from 1.
    pub number: i32,
    /// How many tokens.
    pub tokens: i32,
    /// When it began.
    pub begun_at: DateTime<Utc>,
    /// When it ended. None: it is under way, or its process died.
    pub ended_at: Option<DateTime<Utc>>,
    /// Tokens that are over.
    pub completed: i32,
    /// Tokens that were not there any more.
    pub unknown: i32,
    /// Tokens that failed.
    pub failed: i32,
    /// What the first failure said.
    pub reason: Option<String>,
}

/// Tokens that an effect has not completed yet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Left {
    /// How many.
    pub tokens: i64,
    /// Those that nobody tries any more.
    pub parked: i64,
    /// One of those.
    pub example: Option<String>,
}

/// An effect with everything that is known about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Dossier {
    /// The effect.
    pub effect: KnownEffect,
    /// The latest attempts, the latest first.
    pub attempts: Vec<Attempt>,
    /// What is left to be done.
    pub left: Left,
}

/// Which effects are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EffectFilter {
    /// In this state.
    pub state: Option<EffectState>,
    /// Of this campaign.
    pub campaign_id: Option<CampaignId>,
    /// Behind this one.
    pub after: Option<EffectId>,
}

impl EffectState {
    /// Each of them.
    pub const ALL: [Self; 5] = [
        Self::Waiting,
        Self::Due,
        Self::Parked,
        Self::Cancelled,
        Self::Delivered,
    ];

    /// The word for it in rows and JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Due => "due",
            Self::Parked => "parked",
            Self::Cancelled => "cancelled",
            Self::Delivered => "delivered",
        }
    }

    /// The state that a word stands for.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

/// Lists up to `limit` (at most [`LISTED_EFFECTS_MAX`]) effects in the order of their ids.
///
/// # Errors
/// When the database does not answer.
pub async fn list_effects(
    client: &Client,
    filter: EffectFilter,
    limit: i64,
) -> Result<Vec<KnownEffect>, Error> {
    let state = filter.state.map(EffectState::as_str);
    let campaign = filter.campaign_id.map(|id| id.0);
    let journal = filter.after.map_or(-1, |id| id.journal.0);
    let position = filter.after.map_or(0, |id| id.position);
    let limit = limit.clamp(1, LISTED_EFFECTS_MAX);
    let binds: [&(dyn ToSql + Sync); 5] = [&state, &campaign, &journal, &position, &limit];
    let list = include_str!("../sql/list_effects.sql");
    let rows = client.query(list, &binds).await?;
    Ok(rows.iter().map(known).collect())
}

/// One effect. `None`: there is none, or it was forgotten.
///
/// # Errors
/// When the database does not answer.
pub async fn find_effect(client: &Client, id: EffectId) -> Result<Option<KnownEffect>, Error> {
    let find = include_str!("../sql/find_effect.sql");
    let row = client
        .query_opt(find, &[&id.journal.0, &id.position])
        .await?;
    Ok(row.as_ref().map(known))
}

/// Everything that is known about one effect. `None`: there is none, or it was forgotten.
///
/// # Errors
/// When the database does not answer.
pub async fn look_into(client: &Client, id: EffectId) -> Result<Option<Dossier>, Error> {
    let Some(effect) = find_effect(client, id).await? else {
        return Ok(None);
    };
    let (journal, position) = (id.journal.0, id.position);
    let list = include_str!("../sql/list_attempts.sql");
    let attempts = client
        .query(list, &[&journal, &position, &LISTED_ATTEMPTS_MAX])
        .await?;
    let count = include_str!("../sql/count_left.sql");
    let left = client.query_one(count, &[&journal, &position]).await?;
    Ok(Some(Dossier {
        effect,
        attempts: attempts.iter().map(attempt).collect(),
        left: Left {
            tokens: left.get("tokens"),
            parked: left.get("parked"),
            example: left.get("example"),
        },
    }))
}

fn known(row: &Row) -> KnownEffect {
    KnownEffect {
        id: EffectId {
            journal: JournalId(row.get("journal")),
            position: row.get("position"),
        },
        campaign_id: CampaignId(row.get("campaign_id")),
        kind: row.get("kind"),
        detail: row.get("detail"),
        enqueued_at: row.get("enqueued_at"),
        state: EffectState::of(row.get("state")).unwrap_or(EffectState::Waiting),
        cursor: row.get("cursor"),
        ended: ended(row),
        delivery: row
            .get::<_, Option<String>>("told")
            .map(|told| delivery(row, told)),
    }
}

fn ended(row: &Row) -> Option<Ended> {
    let has_delivery = row.get::<_, Option<&str>>("told").is_some();
    let reason = row.get::<_, Option<String>>("reason");
    let reason = reason.filter(|_| !has_delivery)?;
    let at = row.get("closed_at");
    Some(Ended { at, reason })
}

fn delivery(row: &Row, told: String) -> Delivery {
    Delivery {
        told,
        token_kind: row.get("token_kind"),
        opened_at: row.get("opened_at"),
        completed: row.get("completed"),
        unknown: row.get("unknown"),
        failed: row.get("failed"),
        attempts: row.get("attempts"),
        due_at: row.get("due_at"),
        reason: row.get("reason"),
        closed_at: row.get("closed_at"),
    }
}

fn attempt(row: &Row) -> Attempt {
    Attempt {
        number: row.get("number"),
        tokens: row.get("tokens"),
        begun_at: row.get("begun_at"),
        ended_at: row.get("ended_at"),
        completed: row.get("completed"),
        unknown: row.get("unknown"),
        failed: row.get("failed"),
        reason: row.get("reason"),
    }
}
