//! Verifying an export, without a database: its lines, and what was signed.
//!
//! Line by line. What must be remembered is where each campaign has come, with its prospects: memory
//! grows with those, and not with the events.
//!
//! An export of a whole journal begins with its position 1. One that begins later is an excerpt: of
//! campaigns of which the beginning is missing there, only the versions are compared.

use super::Asked;
use super::report::{self, JournalReport, Outcome, Report};
use crate::arguments::verify::Check;
use domain::{CampaignId, Event, State, evolve};
use event_store::{Listed, LogLine, Stored};
use ledger::{ExportAudit, read_export};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::io::BufRead;

const NOT_EXPORTED: &str = "an export has none";

/// Verifies an export.
///
/// # Errors
/// When it cannot be read.
pub(super) fn verify(lines: impl BufRead, asked: &Asked) -> Result<Report, Box<dyn Error>> {
    let wanted = &asked.arguments.journal;
    let trust = asked.trusted();
    let directory = asked.directory.as_ref();
    let audit = trust.map(|trust| ExportAudit::begin(trust, directory, wanted));
    let mut audit = audit;
    let mut journals: BTreeMap<i16, Journal> = BTreeMap::new();
    for journal in wanted {
        journals.insert(*journal, Journal::default());
    }
    for entry in read_export(lines) {
        let entry = entry?;
        if !wanted.is_empty() && !wanted.contains(&entry.journal) {
            continue;
        }
        if let Ok(audit) = &mut audit {
            audit.take(&entry);
        }
        let journal = journals.entry(entry.journal).or_default();
        journal.take(&Stored::from(entry), asked.wants(Check::Log));
    }
    let mut report: BTreeMap<i16, JournalReport> = BTreeMap::new();
    for (number, journal) in journals {
        report.insert(number, journal.report(number, asked.wants(Check::Log)));
    }
    add_ledger(&mut report, audit);
    Ok(Report {
        journals: report.into_values().collect(),
    })
}

fn add_ledger(report: &mut BTreeMap<i16, JournalReport>, audit: Result<ExportAudit<'_>, String>) {
    match audit {
        Ok(audit) => {
            for (number, found) in audit.end() {
                let journal = report.entry(number);
                let journal = journal.or_insert_with(|| JournalReport::of(number));
                journal.put("ledger", Ok(Outcome::of_ledger(found)));
            }
        }
        Err(why) => {
            for journal in report.values_mut() {
                journal.put("ledger", Err(why.clone()));
            }
        }
    }
}

/// What is known of a journal so far.
#[derive(Default)]
struct Journal {
    line: LogLine,
    is_excerpt: bool,
    campaigns: HashMap<CampaignId, Story>,
    broken: Listed<Value>,
}

/// How far a campaign has come.
#[derive(Default)]
struct Story {
    version: i64,
    /// Nothing once it tells no story, or when its beginning is not there.
    state: Option<State>,
}

impl Journal {
    fn take(&mut self, stored: &Stored, is_checked: bool) {
        if !is_checked {
            self.line.events += 1;
            return;
        }
        if self.line.events == 0 {
            self.is_excerpt = 1 < stored.position;
        }
        let recorded = self.line.take(stored);
        let begun = || Story {
            version: 0,
            state: Some(State::default()),
        };
        let story = self.campaigns.entry(stored.campaign_id);
        let story = story.or_insert_with(begun);
        let event = recorded.as_ref().map(|recorded| &recorded.event);
        if let Some(fault) = story.take(stored, event, self.is_excerpt) {
            let (position, campaign) = (stored.position, stored.campaign_id);
            let message = format!("campaign {campaign}, position {position}: {fault}");
            self.broken.push(json!({
                "position": position,
                "campaign_id": campaign,
                "message": message,
            }));
        }
    }

    fn report(self, number: i16, is_checked: bool) -> JournalReport {
        let mut report = JournalReport::of(number);
        report.events = Some(self.line.events);
        report.head = self.line.position();
        if is_checked {
            report.campaigns = u64::try_from(self.campaigns.len()).ok();
            let mut faults = self.line.faults.map(|fault| report::fault(&fault));
            faults.append(self.broken);
            report.put("log", Ok(Outcome::of("event", self.line.events, faults)));
        }
        for check in ["rows", "counters", "effects"] {
            report.put(check, Err(NOT_EXPORTED.to_owned()));
        }
        report
    }
}

impl Story {
    /// Takes an event; none if it does not parse. What is wrong with it.
    fn take(&mut self, stored: &Stored, event: Option<&Event>, is_excerpt: bool) -> Option<String> {
        let (expected, found) = (self.version + 1, stored.version.0);
        self.version = found;
        if found != expected {
            self.state = None;
            let begins_before = is_excerpt && expected == 1;
            return (!begins_before)
                .then(|| format!("version {expected} should come here, and {found} does"));
        }
        let (Some(state), Some(event)) = (&mut self.state, event) else {
            self.state = None;
            return None;
        };
        let evolved = evolve(&mut state.campaign, &mut state.roster, event);
        let broken = evolved.err()?;
        self.state = None;
        Some(broken.to_string())
    }
}
