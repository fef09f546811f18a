//! Taking effects in: from the log that lanes write into what tokens are completed by.
//!
//! A step takes the next effects of a journal in one short transaction in which nothing is sent
//! anywhere: the cursor, the waking lock, a wake row for the built-in tokens of each effect, a
//! delivery for each effect that somebody elsewhere has to hear of, what is overtaken, and the
//! cursor's new place. So an effect is taken in exactly once, whatever dies when and however many
//! processes run, and no row of `effects` is ever written again.
//!
//! The lock is why a fan-out misses nobody: whoever registers a token holds it shared from before
//! reading the journal's head until its commit. Once it is held here, every token that was placed
//! before an effect is to be seen, and none can be placed there any more.
//!
//! Not here: sending (`sender.rs`), registering (`registration.rs`).

use crate::chance::Clock;
use crate::failure::{RelayFailure, ask};
use crate::launch::{LaunchDesk, close_ended_of};
use crate::relay_metrics::RelayMetrics;
use crate::told::{Reading, Told};
use chrono::{DateTime, Utc};
use deadpool_postgres::{Client, Pool, Transaction};
use domain::CampaignId;
use event_store::JournalId;
use futures_util::try_join;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Error, Row};
use uuid::Uuid;
use waitpoints::{Hub, WakeRow, WakingLock, insert_wakes, lock_waking};

/// Effects that one transaction takes in at most.
pub const INTAKE_EFFECTS_MAX: i64 = 1_000;

/// Takes effects in. Cheap to copy.
#[derive(Clone)]
pub struct Intake {
    pool: Pool,
    hub: Hub,
    desk: LaunchDesk,
    metrics: RelayMetrics,
    now: Clock,
}

/// What a step did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Taken {
    /// Effects that were taken in.
    pub effects: usize,
    /// Whether there may be more at once.
    pub more: bool,
}

/// An effect with where it comes from.
struct Fresh {
    position: i64,
    campaign_id: CampaignId,
    kind: String,
    enqueued_at: DateTime<Utc>,
    reading: Reading,
    audience: Audience,
}

/// Who has to hear of an effect. Most effects have none, and cost nothing but the reading.
#[derive(Debug, Clone, Copy)]
struct Audience {
    /// The campaign had built-in tokens at some time.
    is_slept_on: bool,
    /// It has tokens that were made elsewhere.
    has_tokens: bool,
    /// It has deliveries that may be overtaken.
    has_open: bool,
}

impl Fresh {
    /// Whether somebody elsewhere may have to hear of it.
    fn is_to_be_sent(&self) -> bool {
        self.audience.has_tokens || !self.reading.is_told_to_tokens()
    }

    /// Whether it may overtake a delivery, also one that is only opened now.
    fn may_overtake(&self) -> bool {
        self.audience.has_open || self.audience.has_tokens
    }
}

impl Intake {
    /// Takes effects in through `pool`, and rings `hub` for those whom they wake.
    #[must_use]
    pub fn new(pool: Pool, hub: Hub, metrics: RelayMetrics, now: Clock) -> Self {
        Self {
            pool,
            hub,
            desk: LaunchDesk::default(),
            metrics,
            now,
        }
    }

    /// Where engines wait for launches: rung when one is taken in.
    #[must_use]
    pub fn desk(&self) -> &LaunchDesk {
        &self.desk
    }

    /// Takes the next effects of every journal in, a batch of each.
    ///
    /// # Errors
    /// When the database does not answer; what was taken in before stays so.
    pub async fn run_once(&self) -> Result<Taken, RelayFailure> {
        let mut all = Taken::default();
        for journal in ask(&self.pool, behind).await? {
            let taken = self.take_in(journal).await?;
            all.effects += taken.effects;
            all.more |= taken.more;
        }
        Ok(all)
    }

    /// Takes the next effects of one journal in. Nothing, if another process is doing so.
    ///
    /// # Errors
    /// When the database does not answer. Nothing was taken in then, unless the answer to the
    /// commit was lost; taking in again is safe either way.
    pub async fn take_in(&self, journal: JournalId) -> Result<Taken, RelayFailure> {
        let effects = ask(&self.pool, async |client| take_in(client, journal).await).await?;
        self.tell(&effects);
        Ok(Taken {
            effects: effects.len(),
            more: i64::try_from(effects.len()).is_ok_and(|count| count == INTAKE_EFFECTS_MAX),
        })
    }

    /// Wakes this process's waiters; those of others look for themselves.
    fn tell(&self, effects: &[Fresh]) {
        self.metrics.took(effects.len());
        let now = (self.now)();
        if effects
            .iter()
            .any(|effect| effect.reading.told == Told::Started)
        {
            self.desk.ring();
        }
        for effect in effects {
            if effect.audience.is_slept_on && !effect.reading.completes().is_empty() {
                self.hub.ring_campaign(effect.campaign_id);
                self.metrics.woke("built_in", effect.enqueued_at, now);
            }
        }
    }
}

/// The journals that have effects to be taken in.
async fn behind(client: &mut Client) -> Result<Vec<JournalId>, RelayFailure> {
    let look = client
        .prepare_cached(include_str!("../sql/journals_behind.sql"))
        .await?;
    let rows = client.query(&look, &[]).await?;
    if rows.iter().any(|row| !row.get::<_, bool>("has_cursor")) {
        let make = include_str!("../sql/make_cursors.sql");
        client.execute(make, &[]).await?;
    }
    Ok(rows.iter().map(|row| JournalId(row.get("id"))).collect())
}

async fn take_in(client: &mut Client, journal: JournalId) -> Result<Vec<Fresh>, RelayFailure> {
    let transaction = client.transaction().await?;
    // In one round trip. The cursor is read behind the lock, which all who move it hold.
    let (is_taken, (), effects) = try_join!(
        take_cursor(&transaction, journal),
        lock_waking(&*transaction, journal, WakingLock::Exclusive),
        read(&transaction, journal),
    )?;
    let (true, Some(last)) = (is_taken, effects.last()) else {
        return Ok(vec![]);
    };
    insert_wakes(&*transaction, journal, &wakes(&effects)).await?;
    open_deliveries(&transaction, journal, &effects).await?;
    close_ended_of(&transaction, journal, &launched_before(&effects)).await?;
    overtake(&transaction, journal, &effects).await?;
    move_cursor(&transaction, journal, last.position).await?;
    transaction.commit().await?;
    Ok(effects)
}

/// Whether the cursor is ours. Not while another process takes this journal's effects in.
async fn take_cursor(transaction: &Transaction<'_>, journal: JournalId) -> Result<bool, Error> {
    let take = transaction
        .prepare_cached(include_str!("../sql/take_cursor.sql"))
        .await?;
    let row = transaction.query_opt(&take, &[&journal.0]).await?;
    Ok(row.is_some())
}

async fn read(transaction: &Transaction<'_>, journal: JournalId) -> Result<Vec<Fresh>, Error> {
    let read = transaction
        .prepare_cached(include_str!("../sql/read_effects.sql"))
        .await?;
    let rows = transaction
        .query(&read, &[&journal.0, &INTAKE_EFFECTS_MAX])
        .await?;
    Ok(rows.iter().map(fresh).collect())
}

fn fresh(row: &Row) -> Fresh {
    let kind: String = row.get("kind");
    Fresh {
        position: row.get("position"),
        campaign_id: CampaignId(row.get("campaign_id")),
        enqueued_at: row.get("enqueued_at"),
        reading: Reading::of(&kind, row.get("detail")),
        kind,
        audience: Audience {
            is_slept_on: row.get("is_slept_on"),
            has_tokens: row.get("has_tokens"),
            has_open: row.get("has_open"),
        },
    }
}

/// One row for each kind of token that an effect completes, where a campaign has tokens.
fn wakes(effects: &[Fresh]) -> Vec<WakeRow> {
    let of_effect = |effect: &Fresh| {
        let of_kind = |kind: &domain::TokenKind| WakeRow {
            campaign_id: effect.campaign_id,
            kind: *kind,
            position: effect.position,
            output: effect.reading.output.clone(),
            recorded_at: effect.enqueued_at,
        };
        let kinds = effect.reading.completes().iter();
        kinds.map(of_kind).collect::<Vec<_>>()
    };
    let heard = effects.iter().filter(|effect| effect.audience.is_slept_on);
    heard.flat_map(of_effect).collect()
}

async fn open_deliveries(
    transaction: &Transaction<'_>,
    journal: JournalId,
    effects: &[Fresh],
) -> Result<(), Error> {
    let effects = effects.iter().filter(|effect| effect.is_to_be_sent());
    let effects: Vec<&Fresh> = effects.collect();
    if effects.is_empty() {
        return Ok(());
    }
    let column = |text: fn(&Fresh) -> &str| effects.iter().copied().map(text).collect::<Vec<_>>();
    let positions: Vec<i64> = effects.iter().map(|effect| effect.position).collect();
    let campaign_ids: Vec<Uuid> = effects.iter().map(|effect| effect.campaign_id.0).collect();
    let kinds = column(|effect| &effect.kind);
    let told = column(|effect| effect.reading.told.as_str());
    let token_kind = |effect: &Fresh| effect.reading.token_kind.map(domain::TokenKind::as_str);
    let token_kinds: Vec<Option<&str>> = effects.iter().copied().map(token_kind).collect();
    let outputs: Vec<String> = effects
        .iter()
        .map(|effect| effect.reading.output.to_string())
        .collect();
    let enqueued: Vec<DateTime<Utc>> = effects.iter().map(|effect| effect.enqueued_at).collect();
    let binds: [&(dyn ToSql + Sync); 8] = [
        &journal.0,
        &positions,
        &campaign_ids,
        &kinds,
        &told,
        &token_kinds,
        &outputs,
        &enqueued,
    ];
    let open = transaction
        .prepare_cached(include_str!("../sql/open_deliveries.sql"))
        .await?;
    transaction.execute(&open, &binds).await.map(|_| ())
}

/// The campaigns that effects overtake launches of. Such a launch has ended, and how is known.
fn launched_before(effects: &[Fresh]) -> Vec<Uuid> {
    let ends = |effect: &&Fresh| effect.reading.told.overtakes().contains(&Told::Started);
    let effects = effects.iter().filter(ends);
    effects.map(|effect| effect.campaign_id.0).collect()
}

async fn overtake(
    transaction: &Transaction<'_>,
    journal: JournalId,
    effects: &[Fresh],
) -> Result<(), Error> {
    let (mut positions, mut campaign_ids) = (Vec::<i64>::new(), Vec::<Uuid>::new());
    let (mut told, mut overtaken) = (Vec::new(), Vec::new());
    for effect in effects.iter().filter(|effect| effect.may_overtake()) {
        for stale in effect.reading.told.overtakes() {
            positions.push(effect.position);
            campaign_ids.push(effect.campaign_id.0);
            told.push(effect.reading.told.as_str());
            overtaken.push(stale.as_str());
        }
    }
    if positions.is_empty() {
        return Ok(());
    }
    let binds: [&(dyn ToSql + Sync); 5] =
        [&journal.0, &positions, &campaign_ids, &told, &overtaken];
    let overtake = transaction
        .prepare_cached(include_str!("../sql/overtake.sql"))
        .await?;
    transaction.execute(&overtake, &binds).await.map(|_| ())
}

async fn move_cursor(
    transaction: &Transaction<'_>,
    journal: JournalId,
    position: i64,
) -> Result<(), Error> {
    let move_cursor = transaction
        .prepare_cached(include_str!("../sql/move_cursor.sql"))
        .await?;
    transaction
        .execute(&move_cursor, &[&journal.0, &position])
        .await
        .map(|_| ())
}
