//! The log, counted again from the beginning without the code that is being checked, and held
//! against what everybody was told.

use crate::record::Record;
use domain::{CampaignId, Event, NodeId, PermitId, ProspectId};
use event_store::{Journals, PAGE_MAX, ReadError, Recorded, read_after};
use std::collections::{BTreeMap, HashMap, HashSet};
use tokio_postgres::Client;

/// What the log says.
#[derive(Debug, Default)]
pub struct Audit {
    /// Permits that were granted.
    pub granted: u64,
    /// Pauses.
    pub pauses: u64,
    /// What is not as it must be, in words.
    pub wrong: Vec<String>,
    /// Permits that are open at the end.
    pub open: HashMap<CampaignId, HashSet<PermitId>>,
    paused: HashSet<CampaignId>,
    permits: HashSet<(CampaignId, PermitId)>,
    steps: HashSet<(CampaignId, ProspectId, NodeId)>,
    told: BTreeMap<(CampaignId, i64), u32>,
}

/// Reads the whole log.
///
/// # Errors
/// When the database does not answer.
pub async fn audit(client: &Client, journals: Journals) -> Result<Audit, ReadError> {
    let mut audit = Audit::default();
    for journal in journals.iter() {
        let mut position = 0;
        loop {
            let page = read_after(client, journal, position, PAGE_MAX).await?;
            let Some(last) = page.last() else { break };
            position = last.position;
            page.iter().for_each(|recorded| audit.note(recorded));
        }
    }
    Ok(audit)
}

impl Audit {
    fn note(&mut self, recorded: &Recorded) {
        let campaign = recorded.campaign_id;
        match &recorded.event {
            Event::SendPermitted(granted) => {
                self.granted += 1;
                if self.paused.contains(&campaign) {
                    self.say(recorded, "permitted while paused");
                }
                let step = (campaign, granted.prospect_id, granted.node_id);
                if !self.steps.insert(step) {
                    self.say(recorded, "a step permitted twice");
                }
                self.permits.insert((campaign, granted.permit_id));
                self.open
                    .entry(campaign)
                    .or_default()
                    .insert(granted.permit_id);
            }
            Event::SendSucceeded(sent) => self.close(recorded, sent.permit_id),
            Event::SendFailed(failed) => self.close(recorded, failed.permit_id),
            Event::CampaignPaused(paused) => {
                self.pauses += 1;
                self.paused.insert(campaign);
                let open = self.open.get(&campaign).map_or(0, HashSet::len);
                if usize::try_from(paused.sends_in_flight).ok() != Some(open) {
                    self.say(recorded, "a pause that miscounts what is open");
                }
                let at = (campaign, recorded.version.0);
                self.told.insert(at, paused.sends_in_flight);
            }
            Event::CampaignResumed(_) => {
                self.paused.remove(&campaign);
            }
            _ => {}
        }
    }

    fn close(&mut self, recorded: &Recorded, permit: PermitId) {
        let open = self.open.entry(recorded.campaign_id).or_default();
        if !open.remove(&permit) {
            self.say(recorded, "a permit accounted for that is not open");
        }
    }

    fn say(&mut self, recorded: &Recorded, what: &str) {
        self.wrong.push(format!("{what}: {recorded:?}"));
    }

    /// Everything that is wrong, in the log or in what was told; nothing, if all is well.
    #[must_use]
    pub fn against(&self, record: &Record) -> Vec<String> {
        let mut wrong = [self.wrong.as_slice(), &record.wrong].concat();
        if record.granted_while_held != 0 {
            let count = record.granted_while_held;
            wrong.push(format!(
                "{count} permits granted between a pause's 200 and the next resume"
            ));
        }
        if record.granted_twice != 0 {
            wrong.push(format!("{} steps granted twice", record.granted_twice));
        }
        let lost = record.granted.difference(&self.permits).count();
        if lost != 0 {
            wrong.push(format!("{lost} permits granted that the log does not have"));
        }
        for pause in &record.pauses {
            let logged = self.told.get(&(pause.campaign_id, pause.version));
            match (logged, pause.sends_in_flight) {
                (None, _) => wrong.push(format!("a pause that the log does not have: {pause:?}")),
                (Some(logged), Some(said)) if *logged != said => {
                    wrong.push(format!("a pause that said {said}, not {logged}"));
                }
                _ => {}
            }
        }
        wrong
    }
}
