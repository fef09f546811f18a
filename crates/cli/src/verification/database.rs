//! Verifying a database, journal by journal and check by check, in steps of a page each.
//!
//! One connection; each step has a snapshot of its own and keeps nothing longer than it takes.

use super::Asked;
use super::report::{self, JournalReport, Outcome, Report};
use crate::arguments::verify::Check;
use crate::output::{self, Progress};
use event_store::{JournalId, JournalStanding, Listed, LogCheck, find_journal_standing};
use ledger::{AuditError, Trust, audit_journal};
use outbox::{EffectCheck, EffectsChecked};
use projector::{Checked, Replay};
use serde_json::Value;
use std::error::Error;
use tokio_postgres::Client;

/// Verifies some journals.
///
/// # Errors
/// When the database does not answer.
pub async fn verify(
    client: &Client,
    journals: &[JournalId],
    asked: &Asked,
) -> Result<Report, Box<dyn Error>> {
    let mut heads = Vec::new();
    for journal in journals {
        let standing = find_journal_standing(client, *journal).await?;
        heads.push(standing.map_or(0, |JournalStanding { head, .. }| head));
    }
    let length: i64 = heads.iter().sum();
    let length = u64::try_from(length).unwrap_or(0);
    let progress = output::progress("Verifying", length * passes(asked));
    let mut report = Report::default();
    for (journal, head) in journals.iter().zip(heads) {
        let mut of_journal = JournalReport::of(journal.0);
        of_journal.head = head;
        let verifying = Verifying {
            client,
            journal: *journal,
            progress: &progress,
            report: of_journal,
        };
        report.journals.push(verifying.all(asked).await?);
    }
    Ok(report)
}

/// How often the log is read.
fn passes(asked: &Asked) -> u64 {
    let replays = asked.wants(Check::Log) || asked.wants(Check::Rows);
    [
        asked.wants(Check::Log),
        replays,
        asked.wants(Check::Effects),
        asked.trusted().is_ok(),
    ]
    .into_iter()
    .map(u64::from)
    .sum()
}

struct Verifying<'a> {
    client: &'a Client,
    journal: JournalId,
    progress: &'a Progress,
    report: JournalReport,
}

impl Verifying<'_> {
    async fn all(mut self, asked: &Asked) -> Result<JournalReport, Box<dyn Error>> {
        let mut faults = Listed::default();
        if asked.wants(Check::Log) {
            faults.append(self.positions().await?);
        }
        if asked.wants(Check::Rows) {
            faults.append(self.rows(asked.wants(Check::Log)).await?);
        } else if asked.wants(Check::Log) {
            faults.append(self.streams().await?);
        }
        if asked.wants(Check::Log) {
            let events = self.report.events.unwrap_or(0);
            let outcome = Outcome::of("event", events, faults);
            self.report.put("log", Ok(outcome));
        }
        if asked.wants(Check::Effects) {
            self.effects().await?;
        }
        match asked.trusted() {
            Ok(trust) => self.ledger(trust, asked).await?,
            Err(why) => self.report.put("ledger", Err(why)),
        }
        Ok(self.report)
    }

    /// The journal from its first event to its last.
    async fn positions(&mut self) -> Result<Listed<Value>, Box<dyn Error>> {
        let mut check = LogCheck::begin(self.client, self.journal).await?;
        while !check.is_over() {
            let before = check.line().events;
            check.step(self.client).await?;
            self.progress.add(check.line().events - before);
        }
        self.report.head = check.head();
        let line = check.into_line();
        self.report.events = Some(line.events);
        Ok(line.faults.map(|fault| report::fault(&fault)))
    }

    /// Campaign by campaign, with the rows. Returns the campaigns that tell no story; when the log is
    /// not checked, they count as rows that nothing can be compared with.
    async fn rows(&mut self, with_log: bool) -> Result<Listed<Value>, Box<dyn Error>> {
        let mut check = projector::Check::new(self.journal);
        let mut all = Checked::default();
        while !check.is_over() {
            let before = check.events();
            all.append(check.step(self.client).await?);
            self.progress.add(check.events() - before);
        }
        self.report.events.get_or_insert(check.events());
        self.report.campaigns = Some(all.campaigns + all.broken.total);
        let mut broken = all.broken.map(|broken| report::broken(&broken));
        let mut differences = all.differences.map(|one| report::told(&one));
        if !with_log {
            differences.append(std::mem::take(&mut broken));
        }
        let rows = Outcome::of("campaign", all.campaigns, differences);
        let miscounts = all.miscounts.map(|one| report::told(&one));
        let counters = Outcome::of("campaign", all.counted, miscounts);
        self.report.put("rows", Ok(rows));
        self.report.put("counters", Ok(counters));
        Ok(broken)
    }

    /// Campaign by campaign. Returns those that tell no story.
    async fn streams(&mut self) -> Result<Listed<Value>, Box<dyn Error>> {
        let mut replay = Replay::new(self.journal, i64::MAX, None);
        let (mut all, mut campaigns) = (Listed::default(), 0);
        while !replay.is_over() {
            let before = replay.events();
            for one in replay.step_over(self.client).await? {
                campaigns += 1;
                if let Err(broken) = one {
                    all.push(report::broken(&broken));
                }
            }
            self.progress.add(replay.events() - before);
        }
        self.report.campaigns = Some(campaigns);
        Ok(all)
    }

    async fn effects(&mut self) -> Result<(), Box<dyn Error>> {
        let mut check = EffectCheck::new(self.journal);
        let mut all = EffectsChecked::default();
        while !check.is_over() {
            let before = check.events();
            all.append(check.step(self.client).await?);
            self.progress.add(check.events() - before);
        }
        self.report.events.get_or_insert(check.events());
        let differences = all.differences.map(|one| report::effect(&one));
        let effects = Outcome::of("effect", all.compared, differences);
        self.report.put("effects", Ok(effects));
        Ok(())
    }

    async fn ledger(&mut self, trust: &Trust, asked: &Asked) -> Result<(), Box<dyn Error>> {
        let directory = asked.directory.as_ref();
        let found = match audit_journal(self.client, self.journal, trust, directory).await {
            Ok(agreement) => {
                self.report.events.get_or_insert(agreement.events);
                Ok(agreement)
            }
            Err(AuditError::Differs(difference)) => Err(difference),
            Err(error) => return Err(error.into()),
        };
        self.progress
            .add(u64::try_from(self.report.head).unwrap_or(0));
        self.report.put("ledger", Ok(Outcome::of_ledger(found)));
        Ok(())
    }
}
