//! How the relay does: what waits, how far it has come, who sends, and what is wrong.

use crate::completer::{CompleterState, Health};
use crate::lease::SENDING;
use chrono::{DateTime, TimeDelta, Utc};
use tokio_postgres::{Client, Error, Row};

/// Effects that were not taken in for this long are an alarm.
const LAG_SECONDS_MAX: i64 = 60;
/// Effects that were not delivered for this long are an alarm.
const DUE_MINUTES_MAX: i64 = 15;

/// How the relay does.
#[derive(Debug, Clone, PartialEq)]
pub struct Overview {
    /// Effects that are not over, by state and kind.
    pub effects: Vec<StateCount>,
    /// Tokens that are owed a completion.
    pub owed: Owed,
    /// How far each journal's effects were taken in.
    pub journals: Vec<JournalLag>,
    /// What was sent in the last minute.
    pub last_minute: Rates,
    /// Who sends, and since when something is wrong.
    pub lease: Option<LeaseView>,
}

/// Effects in one state, of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateCount {
    /// The state, as in JSON.
    pub state: String,
    /// The kind, as stored.
    pub kind: String,
    /// How many.
    pub count: i64,
    /// The event of the oldest.
    pub oldest_at: DateTime<Utc>,
}

/// Tokens that are owed a completion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owed {
    /// That are tried.
    pub due: i64,
    /// That nobody tries any more.
    pub parked: i64,
    /// Since when the oldest is owed.
    pub oldest_at: Option<DateTime<Utc>>,
}

/// How far a journal's effects were taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JournalLag {
    /// The journal.
    pub journal: i16,
    /// The position of its latest event.
    pub head: i64,
    /// The position of the last effect that was taken in.
    pub position: i64,
    /// Effects behind it.
    pub behind: i64,
    /// The event of the oldest of them.
    pub oldest_at: Option<DateTime<Utc>>,
}

/// What was sent in the last minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rates {
    /// Tokens that were completed.
    pub completed: i64,
    /// Tokens that were not there any more.
    pub unknown: i64,
    /// Failures.
    pub failed: i64,
    /// Attempts that have not ended.
    pub under_way: i64,
}

/// Who sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaseView {
    /// The process, if one holds it now.
    pub holder: Option<String>,
    /// Until when.
    pub until: Option<DateTime<Utc>>,
    /// Why the last holder stopped.
    pub alarm: Option<String>,
    /// Since when.
    pub alarm_at: Option<DateTime<Utc>>,
}

/// Looks at the relay.
///
/// # Errors
/// When the database does not answer.
pub async fn look(client: &Client) -> Result<Overview, Error> {
    let owed = client
        .query_one(include_str!("../sql/count_owed.sql"), &[])
        .await?;
    let journals = client
        .query(include_str!("../sql/look_at_journals.sql"), &[])
        .await?;
    let rates = client
        .query_one(include_str!("../sql/look_at_rates.sql"), &[])
        .await?;
    let lease = client
        .query_opt(include_str!("../sql/look_at_lease.sql"), &[&SENDING])
        .await?;
    Ok(Overview {
        effects: count_states(client).await?,
        owed: Owed {
            due: owed.get("due"),
            parked: owed.get("parked"),
            oldest_at: owed.get("oldest_at"),
        },
        journals: journals.iter().map(journal_lag).collect(),
        last_minute: Rates {
            completed: rates.get("completed"),
            unknown: rates.get("unknown"),
            failed: rates.get("failed"),
            under_way: rates.get("under_way"),
        },
        lease: lease.as_ref().map(lease_view),
    })
}

/// How many effects are not over, by state and kind.
///
/// # Errors
/// When the database does not answer.
pub async fn count_states(client: &Client) -> Result<Vec<StateCount>, Error> {
    let rows = client
        .query(include_str!("../sql/count_states.sql"), &[])
        .await?;
    Ok(rows.iter().map(state_count).collect())
}

impl Overview {
    /// What an operator must look at, in plain words. Empty: all is well.
    #[must_use]
    pub fn alarms(&self, completer: &CompleterState, now: DateTime<Utc>) -> Vec<String> {
        let mut alarms = Vec::new();
        if let Some(alarm) = self.lease.as_ref().and_then(|lease| lease.alarm.clone()) {
            alarms.push(alarm);
        }
        if let Some(alarm) = &completer.last_alarm {
            alarms.push(alarm.text.clone());
        }
        if completer.health == Health::Down {
            alarms.push("the service that holds the tokens does not answer".to_owned());
        }
        let parked: i64 = self.of_state("parked").map(|found| found.count).sum();
        if 0 < parked {
            alarms.push(format!("effects are parked: {parked}"));
        }
        if 0 < self.owed.parked {
            let count = self.owed.parked;
            alarms.push(format!("owed tokens are parked: {count}"));
        }
        let older = |at: DateTime<Utc>, longest: TimeDelta| longest < now - at;
        let lag = TimeDelta::seconds(LAG_SECONDS_MAX);
        if self
            .journals
            .iter()
            .any(|lane| lane.oldest_at.is_some_and(|at| older(at, lag)))
        {
            alarms.push("effects wait to be taken in for more than a minute".to_owned());
        }
        let late = TimeDelta::minutes(DUE_MINUTES_MAX);
        let sent = |found: &&StateCount| found.kind != "start_run";
        if self
            .of_state("due")
            .filter(sent)
            .any(|found| older(found.oldest_at, late))
        {
            alarms.push(format!(
                "effects are being sent for more than {DUE_MINUTES_MAX} minutes"
            ));
        }
        alarms
    }

    fn of_state(&self, state: &str) -> impl Iterator<Item = &StateCount> {
        self.effects
            .iter()
            .filter(move |found| found.state == state)
    }
}

fn state_count(row: &Row) -> StateCount {
    StateCount {
        state: row.get("state"),
        kind: row.get("kind"),
        count: row.get("count"),
        oldest_at: row.get("oldest_at"),
    }
}

fn journal_lag(row: &Row) -> JournalLag {
    JournalLag {
        journal: row.get("id"),
        head: row.get("head"),
        position: row.get("position"),
        behind: row.get("behind"),
        oldest_at: row.get("oldest_at"),
    }
}

fn lease_view(row: &Row) -> LeaseView {
    LeaseView {
        holder: row.get("holder"),
        until: row.get("until"),
        alarm: row.get("alarm"),
        alarm_at: row.get("alarm_at"),
    }
}
