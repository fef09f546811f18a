//! Having launches started as runs on Trigger.dev, one at a time.
//!
//! A step: is there a launch; a turn of Trigger.dev, whose budget tokens and runs share; the launch,
//! taken with a lease; the run, triggered under the launch's id as its idempotency key, so that
//! however often it is triggered there is one run; what came of it, written down. A process that
//! dies between any two of these leaves a launch that is taken again when its lease has run out.
//!
//! What Trigger.dev will never accept is handed to the caller, who puts the campaign back to draft:
//! that is a command, and commands are none of this crate's business.

use crate::chance::{Chance, Clock, next_rest};
use crate::completer::{Completion, Fault, Turn, WaitpointCompleter};
use crate::failure::{RelayFailure, ask};
use crate::launch::{Launch, take_launches};
use crate::outcome::{AGE_HOURS_MAX, ATTEMPTS_MAX};
use crate::trigger::{TriggerDev, Wanted};
use chrono::{DateTime, TimeDelta, Utc};
use deadpool_postgres::{Client, Pool};
use std::sync::Arc;
use std::time::Duration;
use tokio_postgres::types::ToSql;
use tokio_util::sync::CancellationToken;

/// A step that has no turn after this long ends, so that it can be stopped.
const TURN_SECONDS_MAX: u64 = 5;
const WHOM: &str = "Trigger.dev";

/// What a starter needs besides Trigger.dev.
#[derive(Clone)]
pub struct StarterSettings {
    /// The database.
    pub pool: Pool,
    /// The task that runs a campaign.
    pub task: String,
    /// The time.
    pub now: Clock,
    /// What rests are drawn by.
    pub chance: Chance,
}

/// Starts runs. One a process; several harm nothing.
#[derive(Clone)]
pub struct Starter {
    trigger: Arc<TriggerDev>,
    settings: StarterSettings,
}

/// What a step did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dispatched {
    /// There was nothing to do, or nothing may be sent yet.
    Nothing,
    /// A run was started, or is tried again later, or is parked.
    One,
    /// The run will never be started. The campaign has to be a draft again; then tell
    /// [`Starter::gave_up`].
    Refused {
        /// Whose.
        launch: Box<Launch>,
        /// What was answered, for people.
        reason: String,
    },
}

/// When a launch is tried again, or that it is not.
struct Postponed {
    failed: i64,
    rest: Duration,
    due_at: DateTime<Utc>,
    parked: bool,
    reason: String,
}

impl Starter {
    /// Starts runs through `trigger`.
    #[must_use]
    pub fn new(trigger: Arc<TriggerDev>, settings: StarterSettings) -> Self {
        Self { trigger, settings }
    }

    /// Starts the next run.
    ///
    /// # Errors
    /// When the database does not answer. What was started is started again then, and is one run.
    pub async fn run_once(&self, stop: &CancellationToken) -> Result<Dispatched, RelayFailure> {
        let now = (self.settings.now)();
        let pool = &self.settings.pool;
        if !ask(pool, async |client| launch_waits(client, now).await).await? {
            return Ok(Dispatched::Nothing);
        }
        let Some(turn) = self.turn(stop).await else {
            return Ok(Dispatched::Nothing);
        };
        let now = (self.settings.now)();
        let taken = ask(pool, async |client| {
            Ok(take_launches(client, now, 1, WHOM).await?)
        });
        match taken.await?.pop() {
            Some(launch) => self.start(turn, launch).await,
            None => Ok(Dispatched::Nothing),
        }
    }

    /// Writes down that a launch was refused and its campaign is a draft again.
    ///
    /// # Errors
    /// When the database does not answer; it is found out when the launch is due again.
    pub async fn gave_up(&self, launch: &Launch, reason: &str) -> Result<(), RelayFailure> {
        let reason =
            format!("Trigger.dev refused the run, and the campaign is a draft again: {reason}");
        self.close(launch, "cancelled", &reason).await
    }

    async fn turn(&self, stop: &CancellationToken) -> Option<Turn> {
        tokio::select! {
            biased;
            () = stop.cancelled() => None,
            turn = self.trigger.ready() => Some(turn),
            () = tokio::time::sleep(Duration::from_secs(TURN_SECONDS_MAX)) => None,
        }
    }

    async fn start(&self, turn: Turn, launch: Launch) -> Result<Dispatched, RelayFailure> {
        let wanted = Wanted {
            task: &self.settings.task,
            launch_id: launch.id,
            campaign_id: launch.campaign_id,
        };
        match self.trigger.start(turn, &wanted).await {
            Completion::Delivered => {
                let reason = format!("Trigger.dev runs the task {}", self.settings.task);
                self.close(&launch, "delivered", &reason).await?;
                Ok(Dispatched::One)
            }
            Completion::Gone => Ok(refused(launch, "there is no such task".to_owned())),
            Completion::Rejected { reason } => Ok(refused(launch, reason)),
            Completion::Refused => {
                let reason = "the key is refused; the launch is kept".to_owned();
                let kept = self.postponed(&launch, (Fault::Endpoint, None), reason);
                self.postpone(&launch, kept).await
            }
            Completion::Unknown {
                reason,
                fault,
                retry_after,
            } => {
                let postponed = self.postponed(&launch, (fault, retry_after), reason);
                self.postpone(&launch, postponed).await
            }
        }
    }

    fn postponed(
        &self,
        launch: &Launch,
        (fault, retry_after): (Fault, Option<Duration>),
        reason: String,
    ) -> Postponed {
        let now = (self.settings.now)();
        let failed = launch.failed + i64::from(fault == Fault::Token);
        let rest = next_rest(launch.rest, (self.settings.chance)());
        let wait = TimeDelta::from_std(rest.max(retry_after.unwrap_or_default()));
        let too_old = TimeDelta::hours(AGE_HOURS_MAX) < now - launch.opened_at;
        Postponed {
            failed,
            rest,
            due_at: now + wait.unwrap_or_default(),
            parked: i64::from(ATTEMPTS_MAX) <= failed || too_old,
            reason,
        }
    }

    async fn postpone(
        &self,
        launch: &Launch,
        postponed: Postponed,
    ) -> Result<Dispatched, RelayFailure> {
        if postponed.parked {
            let (campaign, reason) = (launch.campaign_id, &postponed.reason);
            tracing::warn!(%campaign, reason, "a launch is parked");
        }
        let rest = i32::try_from(postponed.rest.as_millis()).unwrap_or(i32::MAX);
        let binds: [&(dyn ToSql + Sync); 7] = [
            &launch.effect.journal.0,
            &launch.effect.position,
            &postponed.failed,
            &rest,
            &postponed.due_at,
            &postponed.parked,
            &postponed.reason,
        ];
        ask(&self.settings.pool, async |client| {
            let postpone = include_str!("../sql/postpone_launch.sql");
            let postpone = client.prepare_cached(postpone).await?;
            Ok(client.execute(&postpone, &binds).await?)
        })
        .await?;
        Ok(Dispatched::One)
    }

    async fn close(&self, launch: &Launch, state: &str, reason: &str) -> Result<(), RelayFailure> {
        let (journal, position) = (launch.effect.journal.0, launch.effect.position);
        ask(&self.settings.pool, async |client| {
            let close = client
                .prepare_cached(include_str!("../sql/close_launch.sql"))
                .await?;
            client
                .execute(&close, &[&journal, &position, &state, &reason])
                .await?;
            Ok(())
        })
        .await
    }
}

async fn launch_waits(client: &Client, now: DateTime<Utc>) -> Result<bool, RelayFailure> {
    let look = client
        .prepare_cached(include_str!("../sql/launch_waits.sql"))
        .await?;
    Ok(client.query_one(&look, &[&now]).await?.get("waits"))
}

fn refused(launch: Launch, reason: String) -> Dispatched {
    let launch = Box::new(launch);
    Dispatched::Refused { launch, reason }
}
