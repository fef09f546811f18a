//! What became of the tokens of a slice, and how that is written down.
//!
//! Everything that a step learned is written in one transaction: tokens that are over are let go
//! of, those that failed are kept with the time of their next attempt, the attempts are closed and
//! the deliveries' cursors moved. A process that dies before that has learned nothing: its tokens
//! are sent again, and whoever completes a token twice harms nothing.

use crate::EffectId;
use crate::chance::next_rest;
use crate::claim::Claim;
use crate::completer::{Completion, Fault};
use crate::failure::RelayFailure;
use chrono::{DateTime, TimeDelta, Utc};
use deadpool_postgres::{Client, Transaction};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio_postgres::Error;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

/// Failures that may be the token's own after which it is parked.
pub const ATTEMPTS_MAX: i32 = 8;
/// A token that is tried for longer than this is parked, whoever was at fault.
pub const AGE_HOURS_MAX: i64 = 24;

/// A token with what became of it.
pub(crate) struct Outcome {
    pub claim: Claim,
    pub fate: Fate,
}

/// What became of a token.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Fate {
    /// It is over.
    Completed,
    /// There is no such token any more.
    Unknown,
    /// It is tried again.
    Postponed(Postponed),
    /// Nothing became of it: the key was refused, which says nothing about the token.
    Kept,
}

/// When a token is tried again, or that it is not.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Postponed {
    pub attempts: i32,
    pub rest: Duration,
    pub due_at: DateTime<Utc>,
    pub parked: bool,
    pub reason: String,
}

impl Fate {
    /// The fate of a claim that came to `completion` at `now`; `drawn` decides its rest.
    pub fn of(claim: &Claim, completion: Completion, now: DateTime<Utc>, drawn: f64) -> Self {
        match completion {
            Completion::Delivered => Self::Completed,
            Completion::Gone => Self::Unknown,
            Completion::Refused => Self::Kept,
            Completion::Rejected { reason } => Self::Postponed(Postponed {
                attempts: claim.attempts + 1,
                rest: Duration::ZERO,
                due_at: now,
                parked: true,
                reason,
            }),
            Completion::Unknown {
                reason,
                fault,
                retry_after,
            } => {
                let attempts = claim.attempts + i32::from(fault == Fault::Token);
                let rest = next_rest(claim.rest, drawn);
                let wait = TimeDelta::from_std(rest.max(retry_after.unwrap_or_default()));
                let too_old = now - claim.opened_at > TimeDelta::hours(AGE_HOURS_MAX);
                Self::Postponed(Postponed {
                    attempts,
                    rest,
                    due_at: now + wait.unwrap_or_default(),
                    parked: ATTEMPTS_MAX <= attempts || too_old,
                    reason,
                })
            }
        }
    }

    /// The word for it in metrics.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Unknown => "unknown_token",
            Self::Postponed(postponed) if postponed.parked => "parked",
            Self::Postponed(_) => "failed",
            Self::Kept => "refused",
        }
    }
}

/// The attempts that were opened, by their delivery.
pub(crate) type Numbers = BTreeMap<EffectId, i32>;

/// Writes down that tokens of deliveries are about to be sent. A delivery without a number was
/// stopped since.
pub(crate) async fn open_attempts(
    client: &Client,
    claims: &[Claim],
) -> Result<Numbers, RelayFailure> {
    let mut counts: BTreeMap<EffectId, i32> = BTreeMap::new();
    for effect in claims.iter().filter_map(|claim| claim.effect) {
        *counts.entry(effect).or_default() += 1;
    }
    if counts.is_empty() {
        return Ok(Numbers::new());
    }
    let journals: Vec<i16> = counts.keys().map(|id| id.journal.0).collect();
    let positions: Vec<i64> = counts.keys().map(|id| id.position).collect();
    let tokens: Vec<i32> = counts.into_values().collect();
    let open = client
        .prepare_cached(include_str!("../sql/open_attempts.sql"))
        .await?;
    let rows = client
        .query(&open, &[&journals, &positions, &tokens])
        .await?;
    let opened = |row: &tokio_postgres::Row| {
        let id = EffectId {
            journal: event_store::JournalId(row.get("journal")),
            position: row.get("position"),
        };
        (id, row.get("number"))
    };
    Ok(rows.iter().map(opened).collect())
}

/// Writes everything down that a step learned, and ends the passes of the deliveries `ending`.
pub(crate) async fn write_down(
    client: &mut Client,
    outcomes: &[Outcome],
    numbers: &Numbers,
    ending: &[EffectId],
) -> Result<(), RelayFailure> {
    let transaction = client.transaction().await?;
    delete_tokens(&transaction, outcomes).await?;
    postpone_tokens(&transaction, outcomes).await?;
    close_attempts(&transaction, outcomes, numbers).await?;
    settle_deliveries(&transaction, ending).await?;
    Ok(transaction.commit().await?)
}

async fn delete_tokens(transaction: &Transaction<'_>, outcomes: &[Outcome]) -> Result<(), Error> {
    let is_over = |outcome: &&Outcome| matches!(outcome.fate, Fate::Completed | Fate::Unknown);
    let columns = Columns::of(outcomes.iter().filter(is_over));
    if columns.ids.is_empty() {
        return Ok(());
    }
    let delete = transaction
        .prepare_cached(include_str!("../sql/delete_tokens.sql"))
        .await?;
    let binds: [&(dyn ToSql + Sync); 4] = [
        &columns.journals,
        &columns.campaign_ids,
        &columns.kinds,
        &columns.ids,
    ];
    transaction.execute(&delete, &binds).await.map(|_| ())
}

async fn postpone_tokens(transaction: &Transaction<'_>, outcomes: &[Outcome]) -> Result<(), Error> {
    let postponed = |outcome: &'_ Outcome| matches!(outcome.fate, Fate::Postponed(_));
    let columns = Columns::of(outcomes.iter().filter(|outcome| postponed(outcome)));
    if columns.ids.is_empty() {
        return Ok(());
    }
    let fates: Vec<&Postponed> = outcomes.iter().filter_map(postponement).collect();
    let attempts: Vec<i32> = fates.iter().map(|fate| fate.attempts).collect();
    let rest = |fate: &&Postponed| i32::try_from(fate.rest.as_millis()).unwrap_or(i32::MAX);
    let rests: Vec<i32> = fates.iter().map(rest).collect();
    let due: Vec<DateTime<Utc>> = fates.iter().map(|fate| fate.due_at).collect();
    let parked: Vec<bool> = fates.iter().map(|fate| fate.parked).collect();
    let reasons: Vec<&str> = fates.iter().map(|fate| fate.reason.as_str()).collect();
    let binds: [&(dyn ToSql + Sync); 10] = [
        &columns.journals,
        &columns.campaign_ids,
        &columns.kinds,
        &columns.ids,
        &columns.tried_for,
        &attempts,
        &rests,
        &due,
        &parked,
        &reasons,
    ];
    let postpone = transaction
        .prepare_cached(include_str!("../sql/postpone_tokens.sql"))
        .await?;
    transaction.execute(&postpone, &binds).await.map(|_| ())
}

fn postponement(outcome: &Outcome) -> Option<&Postponed> {
    match &outcome.fate {
        Fate::Postponed(postponed) => Some(postponed),
        Fate::Completed | Fate::Unknown | Fate::Kept => None,
    }
}

/// What came of one attempt.
#[derive(Default)]
struct Sum<'a> {
    sent: i32,
    completed: i32,
    unknown: i32,
    failed: i32,
    cursor: Option<(&'a str, &'a str)>,
    reason: Option<&'a str>,
}

async fn close_attempts(
    transaction: &Transaction<'_>,
    outcomes: &[Outcome],
    numbers: &Numbers,
) -> Result<(), Error> {
    if numbers.is_empty() {
        return Ok(());
    }
    let mut sums: BTreeMap<EffectId, Sum<'_>> =
        numbers.keys().map(|id| (*id, Sum::default())).collect();
    for outcome in outcomes {
        if let Some(sum) = outcome.claim.effect.and_then(|id| sums.get_mut(&id)) {
            sum.add(outcome);
        }
    }
    let count = |of: fn(&Sum<'_>) -> i32| sums.values().map(of).collect::<Vec<i32>>();
    let journals: Vec<i16> = sums.keys().map(|id| id.journal.0).collect();
    let positions: Vec<i64> = sums.keys().map(|id| id.position).collect();
    let numbers: Vec<i32> = numbers.values().copied().collect();
    let (sent, completed) = (count(|sum| sum.sent), count(|sum| sum.completed));
    let (unknown, failed) = (count(|sum| sum.unknown), count(|sum| sum.failed));
    let kinds: Vec<Option<&str>> = sums.values().map(|sum| Some(sum.cursor?.0)).collect();
    let ids: Vec<Option<&str>> = sums.values().map(|sum| Some(sum.cursor?.1)).collect();
    let reasons: Vec<Option<&str>> = sums.values().map(|sum| sum.reason).collect();
    let binds: [&(dyn ToSql + Sync); 10] = [
        &journals, &positions, &numbers, &sent, &completed, &unknown, &failed, &kinds, &ids,
        &reasons,
    ];
    let close = transaction
        .prepare_cached(include_str!("../sql/close_attempts.sql"))
        .await?;
    transaction.execute(&close, &binds).await.map(|_| ())
}

impl<'a> Sum<'a> {
    fn add(&mut self, outcome: &'a Outcome) {
        let place = (outcome.claim.kind.as_str(), outcome.claim.id.as_str());
        match &outcome.fate {
            Fate::Completed => self.completed += 1,
            Fate::Unknown => self.unknown += 1,
            Fate::Postponed(postponed) => {
                self.failed += 1;
                self.reason = self.reason.or(Some(&postponed.reason));
            }
            Fate::Kept => {
                self.reason = Some("the key is refused");
                return;
            }
        }
        self.sent += 1;
        self.cursor = self.cursor.max(Some(place));
    }
}

async fn settle_deliveries(
    transaction: &Transaction<'_>,
    ending: &[EffectId],
) -> Result<(), Error> {
    if ending.is_empty() {
        return Ok(());
    }
    let journals: Vec<i16> = ending.iter().map(|id| id.journal.0).collect();
    let positions: Vec<i64> = ending.iter().map(|id| id.position).collect();
    let settle = transaction
        .prepare_cached(include_str!("../sql/settle_deliveries.sql"))
        .await?;
    transaction
        .execute(&settle, &[&journals, &positions])
        .await
        .map(|_| ())
}

/// The keys of tokens, as columns.
#[derive(Default)]
struct Columns<'a> {
    journals: Vec<i16>,
    campaign_ids: Vec<Uuid>,
    kinds: Vec<&'a str>,
    ids: Vec<&'a str>,
    tried_for: Vec<Option<i64>>,
}

impl<'a> Columns<'a> {
    fn of(outcomes: impl Iterator<Item = &'a Outcome>) -> Self {
        let mut columns = Self::default();
        for Outcome { claim, .. } in outcomes {
            columns.journals.push(claim.journal.0);
            columns.campaign_ids.push(claim.campaign_id);
            columns.kinds.push(&claim.kind);
            columns.ids.push(claim.id.as_str());
            columns.tried_for.push(claim.effect.map(|id| id.position));
        }
        columns
    }
}
