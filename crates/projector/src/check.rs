//! Do the rows equal a replay of the log, and the counters a recount of the rows? The first
//! difference of each campaign is named.
//!
//! Beside a working service and without disturbing it: in steps, each with a short snapshot of its
//! own in which the last events of some campaigns are read, and their rows. So each campaign is
//! compared at one instant, and what is written meanwhile makes no difference. Memory is that of
//! the replay.
//!
//! A rebuild swaps the tables. A snapshot that is older than the swap would find the new tables empty,
//! so each step locks them, in the mode of a reader, before it takes its snapshot.
//!
//! Not here: whether positions are dense (`event_store::LogCheck`), and effects (`outbox`).

mod compare;
mod difference;
mod gather;
mod recount;

pub use difference::{Difference, Miscount};

use crate::replay::STEP_EVENTS;
use crate::{Broken, Folded, Replay, ReplayError};
use domain::CampaignId;
use event_store::{JournalId, Listed};
use gather::{Gathered, Range};
use tokio_postgres::Client;
use uuid::Uuid;

/// Events that one step reads: they and the rows of their campaigns are of one snapshot, so no more than
/// the step that reads them also folds.
pub const CHECK_PAGE: i64 = STEP_EVENTS;

/// A comparison under way.
#[derive(Debug)]
pub struct Check {
    journal: JournalId,
    replay: Replay,
    /// The first campaign that may not have been compared.
    from: CampaignId,
}

/// What one step, or several, found.
#[derive(Debug, Default)]
pub struct Checked {
    /// Campaigns of the log that were compared with their rows.
    pub campaigns: u64,
    /// Campaigns that have a row, of which the counters were recounted.
    pub counted: u64,
    /// Campaigns that cannot be replayed.
    pub broken: Listed<Broken>,
    /// Rows that are not what the log says: the first of each campaign, and those without a history.
    pub differences: Listed<Difference>,
    /// The first miscount of each campaign.
    pub miscounts: Listed<Miscount>,
}

/// What a check found.
#[derive(Debug, Clone, Default)]
pub struct CheckReport {
    /// Events read.
    pub events: u64,
    /// Campaigns compared.
    pub campaigns: u64,
    /// The first difference of each campaign that has one, the first miscount among them; up to
    /// `event_store::LISTED_MAX` of either.
    pub differences: Vec<Difference>,
}

/// Why a check could not be finished.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The log could not be read, or an event cannot follow.
    #[error(transparent)]
    Replay(#[from] ReplayError),
    /// The database did not answer.
    #[error("check rows against the log")]
    Database(#[from] tokio_postgres::Error),
}

/// Compares all rows of `journal` with a replay of its events, and its counters with a recount.
///
/// # Errors
/// When the log cannot be read, or holds an event that cannot follow.
pub async fn check(client: &Client, journal: JournalId) -> Result<CheckReport, CheckError> {
    let mut check = Check::new(journal);
    let mut all = Checked::default();
    while !check.is_over() {
        all.append(check.step(client).await?);
    }
    if let Some(broken) = all.broken.first.into_iter().next() {
        return Err(broken.error.into());
    }
    let miscounts = all.miscounts.first.into_iter().map(Difference::from);
    Ok(CheckReport {
        events: check.events(),
        campaigns: all.campaigns,
        differences: all.differences.first.into_iter().chain(miscounts).collect(),
    })
}

impl Check {
    /// Of everything that `journal` has.
    #[must_use]
    pub fn new(journal: JournalId) -> Self {
        Self {
            journal,
            // Up to whatever a step's snapshot has: its rows are of then, too.
            replay: Replay::new(journal, i64::MAX, None).in_pages_of(CHECK_PAGE),
            from: CampaignId(Uuid::nil()),
        }
    }

    /// Events read so far.
    #[must_use]
    pub fn events(&self) -> u64 {
        self.replay.events()
    }

    /// Whether everything was compared.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.replay.is_over()
    }

    /// Reads the next page of events, and compares the campaigns that are complete with it.
    ///
    /// # Errors
    /// When the database does not answer. The check is then worthless.
    pub async fn step(&mut self, client: &Client) -> Result<Checked, CheckError> {
        client
            .batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            .await?;
        let checked = self.step_in_snapshot(client).await;
        // Also after an error, so that the connection is of use.
        client.batch_execute("ROLLBACK").await?;
        checked
    }

    async fn step_in_snapshot(&mut self, client: &Client) -> Result<Checked, CheckError> {
        // The first statement, because the first one that reads takes the snapshot.
        client
            .batch_execute(include_str!("../sql/lock_rows_shared.sql"))
            .await?;
        let complete = self.replay.step_over(client).await?;
        let ids = complete.iter().map(|one| match one {
            Ok(folded) => folded.id,
            Err(broken) => broken.id,
        });
        // A campaign may begin later with an id before the one under way. It is no concern of the
        // next step, which begins where this one ends.
        let range = Range {
            journal: self.journal,
            from: self.from,
            until: self.replay.reached(),
        };
        let gathered = Gathered::read(client, range, ids).await?;
        self.from = range.until.unwrap_or(self.from);
        Ok(Checked::of(complete, gathered))
    }
}

impl Checked {
    /// What another step found, behind what was found so far.
    pub fn append(&mut self, step: Self) {
        self.campaigns += step.campaigns;
        self.counted += step.counted;
        self.broken.append(step.broken);
        self.differences.append(step.differences);
        self.miscounts.append(step.miscounts);
    }

    fn of(complete: Vec<Result<Folded, Broken>>, gathered: Gathered) -> Self {
        let mut checked = Self {
            differences: gathered.strays,
            ..Self::default()
        };
        for (id, rows) in &gathered.rows {
            checked.counted += u64::from(rows.campaign.is_some());
            if let Some(miscount) = recount::first_miscount(*id, rows) {
                checked.miscounts.push(miscount);
            }
        }
        for one in complete {
            match one {
                Ok(folded) => {
                    checked.campaigns += 1;
                    let rows = gathered.rows.get(&folded.id);
                    let compare =
                        |rows| compare::first_difference(folded.id, rows, &folded.replayed);
                    if let Some(difference) = rows.and_then(compare) {
                        checked.differences.push(difference);
                    }
                }
                Err(broken) => checked.broken.push(broken),
            }
        }
        checked
    }
}

impl From<Miscount> for Difference {
    fn from(miscount: Miscount) -> Self {
        Self {
            campaign_id: miscount.campaign_id,
            prospect_id: None,
            permit_id: None,
            field: miscount.counter,
            row: miscount.row,
            log: format!("{} by a recount", miscount.recount),
        }
    }
}
