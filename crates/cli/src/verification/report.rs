//! What a verification found, for people and for programs.

use super::counted;
use crate::arguments::Json;
use crate::output;
use event_store::{Listed, LogFault};
use ledger::{Agreement, Difference};
use outbox::{EffectDifference, EffectFault};
use projector::Broken;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Display;

/// The checks, in the order in which they are shown.
pub const CHECKS: [&str; 5] = ["log", "rows", "counters", "effects", "ledger"];
pub(super) const NOT_ASKED: &str = "not asked for";

/// What was found in all journals.
#[derive(Debug, Default)]
pub struct Report {
    /// Each of them.
    pub journals: Vec<JournalReport>,
}

/// What was found in one journal.
#[derive(Debug)]
pub struct JournalReport {
    journal: i16,
    /// Events that were read, if they were counted.
    pub(super) events: Option<u64>,
    /// Where it had come.
    pub(super) head: i64,
    /// Campaigns that were replayed, if they were.
    pub(super) campaigns: Option<u64>,
    /// By check: what it found, or why it was not made.
    checks: BTreeMap<&'static str, Result<Outcome, String>>,
}

/// What one check found.
#[derive(Debug)]
pub struct Outcome {
    compared: u64,
    /// What was compared.
    what: &'static str,
    differences: Listed<Value>,
    /// What else there is to say, when all is well.
    agreement: Option<Agreement>,
}

impl Report {
    /// How many differences there are in all.
    #[must_use]
    pub fn differences(&self) -> u64 {
        self.journals.iter().map(JournalReport::differences).sum()
    }

    pub(super) fn differing(&self) -> u64 {
        let differing = self.journals.iter().filter(|one| 0 < one.differences());
        u64::try_from(differing.count()).unwrap_or(u64::MAX)
    }

    /// Whether no event was read, and nothing differs.
    pub(super) fn is_of_nothing(&self) -> bool {
        let is_empty = |one: &JournalReport| one.events.unwrap_or(0) == 0;
        self.journals.iter().all(is_empty) && self.differences() == 0
    }

    /// Shows it; for people, with the `place` of the database.
    pub(super) fn show(&self, place: Option<String>, format: Json) -> Result<(), Box<dyn Error>> {
        if format.json {
            return Ok(output::json(&self.to_json())?);
        }
        if let Some(place) = place {
            output::line(&format!("database: {place}"))?;
        }
        self.journals.iter().try_for_each(JournalReport::show)
    }

    /// As programs read it.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let journals: Vec<Value> = self.journals.iter().map(JournalReport::to_json).collect();
        json!({"ok": self.differences() == 0, "journals": journals})
    }
}

impl JournalReport {
    pub(super) fn of(journal: i16) -> Self {
        let unmade = CHECKS.map(|check| (check, Err(NOT_ASKED.to_owned())));
        Self {
            journal,
            events: None,
            head: 0,
            campaigns: None,
            checks: unmade.into_iter().collect(),
        }
    }

    pub(super) fn put(&mut self, check: &'static str, made: Result<Outcome, String>) {
        self.checks.insert(check, made);
    }

    fn differences(&self) -> u64 {
        let made = self.checks.values().flatten();
        made.map(|outcome| outcome.differences.total).sum()
    }

    fn show(&self) -> Result<(), Box<dyn Error>> {
        let events = self.events.map(|events| counted(events, "event"));
        let campaigns = self.campaigns.map(|count| counted(count, "campaign"));
        let head = Some(format!("head {}", self.head));
        let said: Vec<String> = [events, campaigns, head].into_iter().flatten().collect();
        output::line(&format!("journal {}: {}", self.journal, said.join(", ")))?;
        for check in CHECKS {
            match self.checks.get(check) {
                Some(Ok(outcome)) => outcome.show(check)?,
                Some(Err(why)) if why != NOT_ASKED => {
                    output::line(&format!("  {check:<8} not checked: {why}"))?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn to_json(&self) -> Value {
        let (mut checks, mut not_checked) = (Map::new(), Map::new());
        for (check, made) in &self.checks {
            let shown = match made {
                Ok(outcome) => outcome.to_json(),
                Err(why) => {
                    not_checked.insert((*check).to_owned(), json!(why));
                    Value::Null
                }
            };
            checks.insert((*check).to_owned(), shown);
        }
        json!({
            "journal": self.journal,
            "events": self.events,
            "head": self.head,
            "campaigns": self.campaigns,
            "checks": checks,
            "not_checked": not_checked,
        })
    }
}

impl Outcome {
    pub(super) fn of(what: &'static str, compared: u64, differences: Listed<Value>) -> Self {
        Self {
            compared,
            what,
            differences,
            agreement: None,
        }
    }

    pub(super) fn of_ledger(found: Result<Agreement, Difference>) -> Self {
        let mut differences = Listed::default();
        let compared = found.as_ref().map_or(0, |agreement| agreement.events);
        let agreement = found.map_err(|difference| differences.push(signed(&difference)));
        Self {
            agreement: agreement.ok(),
            ..Self::of("event", compared, differences)
        }
    }

    fn show(&self, check: &str) -> Result<(), Box<dyn Error>> {
        let said = match (self.differences.total, self.agreement) {
            (0, None) => format!("{} compared, all agree", counted(self.compared, self.what)),
            (0, Some(found)) => format!(
                "{}; checkpoints cover the first {}, all {} agree",
                counted(found.events, self.what),
                found.covered,
                found.checkpoints
            ),
            (found, _) => counted(found, "difference"),
        };
        output::line(&format!("  {check:<8} {said}"))?;
        for difference in &self.differences.first {
            let message = difference.get("message").and_then(Value::as_str);
            output::line(&format!("    {}", message.unwrap_or_default()))?;
        }
        let listed = u64::try_from(self.differences.first.len()).unwrap_or(u64::MAX);
        match self.differences.total.saturating_sub(listed) {
            0 => Ok(()),
            left => Ok(output::line(&format!("    and {left} more"))?),
        }
    }

    fn to_json(&self) -> Value {
        let mut shown = json!({
            "ok": self.differences.total == 0,
            "compared": self.compared,
            "found": self.differences.total,
            "differences": self.differences.first,
        });
        if let (Value::Object(shown), Some(agreement)) = (&mut shown, self.agreement) {
            shown.insert("covered".to_owned(), json!(agreement.covered));
            shown.insert("checkpoints".to_owned(), json!(agreement.checkpoints));
        }
        shown
    }
}

/// A difference with its fields, and in words.
pub(super) fn told<T: serde::Serialize + Display>(difference: &T) -> Value {
    let mut told = json!(difference);
    if let Value::Object(fields) = &mut told {
        fields.insert("message".to_owned(), json!(difference.to_string()));
    }
    told
}

pub(super) fn fault(fault: &LogFault) -> Value {
    json!({"position": fault.position(), "message": fault.to_string()})
}

pub(super) fn broken(broken: &Broken) -> Value {
    let (error, campaign) = (&broken.error, broken.id);
    let source = error.source().map(|source| format!(": {source}"));
    let message = format!("campaign {campaign}: {error}{}", source.unwrap_or_default());
    json!({"campaign_id": campaign, "message": message})
}

pub(super) fn effect(difference: &EffectDifference) -> Value {
    let fault = match difference.fault {
        EffectFault::Missing { .. } => "missing",
        EffectFault::Uncalled { .. } => "uncalled",
        EffectFault::Unfollowed => "unfollowed",
        EffectFault::Differs { .. } => "differs",
    };
    json!({
        "effect": difference.id.to_string(),
        "campaign_id": difference.campaign_id,
        "fault": fault,
        "message": difference.to_string(),
    })
}

fn signed(difference: &Difference) -> Value {
    json!({
        "difference": difference,
        "position": difference.position(),
        "message": difference.to_string(),
    })
}
