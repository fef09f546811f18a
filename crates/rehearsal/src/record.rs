//! What those who play were told.

use domain::{CampaignId, NodeId, PermitId, ProspectId};
use std::collections::{BTreeMap, HashSet};

/// How many things that went wrong are kept in words.
const SHOWN_MAX: usize = 20;

/// A pause that was acknowledged.
#[derive(Debug, Clone, Copy)]
pub struct PauseTold {
    /// Of which campaign.
    pub campaign_id: CampaignId,
    /// The version that the campaign was at then.
    pub version: i64,
    /// How many permits it said were open.
    pub sends_in_flight: Option<u32>,
}

/// What one of them was told, or all.
#[derive(Debug, Default)]
pub struct Record {
    /// Permits that were asked for and answered about.
    pub asked: u64,
    /// Those that were granted.
    pub granted: HashSet<(CampaignId, PermitId)>,
    /// The others, by reason.
    pub refused: BTreeMap<String, u64>,
    /// Outcomes that were recorded.
    pub reported: u64,
    /// Pauses that were acknowledged.
    pub pauses: Vec<PauseTold>,
    /// Requests whose connection broke.
    pub broken: u64,
    /// Permits granted to requests that were asked and answered between a pause's 200 and the
    /// next resume.
    pub granted_while_held: u64,
    /// Steps that two requests were granted.
    pub granted_twice: u64,
    /// What else went wrong, some of it in words.
    pub wrong: Vec<String>,
    steps: HashSet<(CampaignId, ProspectId, NodeId)>,
}

impl Record {
    pub(crate) fn granted(
        &mut self,
        permit: (CampaignId, PermitId),
        step: (CampaignId, ProspectId, NodeId),
        held: bool,
    ) {
        self.granted.insert(permit);
        self.granted_while_held += u64::from(held);
        self.granted_twice += u64::from(!self.steps.insert(step));
    }

    pub(crate) fn refused(&mut self, reason: &str) {
        *self.refused.entry(reason.to_owned()).or_default() += 1;
    }

    pub(crate) fn wrong(&mut self, what: String) {
        if self.wrong.len() < SHOWN_MAX {
            self.wrong.push(what);
        }
    }

    /// Puts another's record into this one.
    pub fn add(&mut self, other: Self) {
        self.asked += other.asked;
        self.granted.extend(other.granted);
        for (reason, count) in other.refused {
            *self.refused.entry(reason).or_default() += count;
        }
        self.reported += other.reported;
        self.pauses.extend(other.pauses);
        self.broken += other.broken;
        self.granted_while_held += other.granted_while_held;
        self.granted_twice += other.granted_twice;
        for step in other.steps {
            self.granted_twice += u64::from(!self.steps.insert(step));
        }
        self.wrong.extend(other.wrong);
        self.wrong.truncate(SHOWN_MAX);
    }
}
