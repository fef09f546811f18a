//! How many prospects stand where.
//!
//! Counted as events happen, so that a decision, a read or a pause never counts rows. Always
//! true: the counts equal a recount of the prospects (a property test holds them to it).

use crate::{ChannelKind, NodeId, ProspectStatus};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The counters of one campaign.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Census {
    /// How many stand at a step with a status; nobody counts as absent.
    #[serde(rename = "at")]
    groups: Vec<Group>,
    /// How many ever came so far.
    #[serde(default)]
    pub reached: Reached,
    /// Permits granted and not yet accounted for.
    #[serde(default)]
    pub open_permits: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Group {
    #[serde(rename = "node")]
    node_id: Option<NodeId>,
    status: ProspectStatus,
    count: u32,
}

/// How many prospects ever reached a point, wherever they stand now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Reached {
    /// Were sent a mail.
    pub sent: u32,
    /// Were sent an invitation.
    pub connection_sent: u32,
    /// Accepted it.
    pub connected: u32,
    /// Were sent a LinkedIn message.
    pub message_sent: u32,
    /// Answered.
    pub replied: u32,
}

/// The documented counters of a campaign (campaign API, section 1.1). `total` is always there; so
/// are the ones that the campaign's channel is about; the others once they are above zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Stats {
    /// Prospects in the campaign.
    pub total: u32,
    /// Were sent a mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sent: Option<u32>,
    /// Answered.
    pub replied: u32,
    /// Came back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bounced: Option<u32>,
    /// Reached the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completed: Option<u32>,
    /// Waited in vain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timed_out: Option<u32>,
    /// Were sent an invitation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection_sent: Option<u32>,
    /// Accepted it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connected: Option<u32>,
    /// Were sent a LinkedIn message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_sent: Option<u32>,
}

impl Census {
    /// Prospects in the campaign.
    #[must_use]
    pub fn total(&self) -> u32 {
        self.groups.iter().map(|group| group.count).sum()
    }

    /// Prospects with `status`.
    #[must_use]
    pub fn with_status(&self, status: ProspectStatus) -> u32 {
        self.groups
            .iter()
            .filter(|group| group.status == status)
            .map(|group| group.count)
            .sum()
    }

    /// Prospects for whom something may still follow.
    #[must_use]
    pub fn unfinished(&self) -> u32 {
        self.groups
            .iter()
            .filter(|group| !group.status.is_terminal())
            .map(|group| group.count)
            .sum()
    }

    /// Every status that somebody has, with how many.
    #[must_use]
    pub fn by_status(&self) -> BTreeMap<ProspectStatus, u32> {
        let mut counts = BTreeMap::new();
        for group in &self.groups {
            *counts.entry(group.status).or_default() += group.count;
        }
        counts
    }

    /// Every step that somebody is at, with how many of each status.
    #[must_use]
    pub fn by_node(&self) -> BTreeMap<Option<NodeId>, BTreeMap<ProspectStatus, u32>> {
        let mut counts: BTreeMap<_, BTreeMap<_, u32>> = BTreeMap::new();
        for group in &self.groups {
            counts
                .entry(group.node_id)
                .or_default()
                .insert(group.status, group.count);
        }
        counts
    }

    /// The documented counters.
    #[must_use]
    pub fn stats(&self, channel: ChannelKind) -> Stats {
        let shown = |count: u32, always: bool| (always || 0 < count).then_some(count);
        let email = channel == ChannelKind::Email;
        Stats {
            total: self.total(),
            sent: shown(self.reached.sent, email),
            replied: self.reached.replied,
            bounced: shown(self.with_status(ProspectStatus::Bounced), false),
            completed: shown(self.with_status(ProspectStatus::Completed), false),
            timed_out: shown(self.with_status(ProspectStatus::TimedOut), false),
            connection_sent: shown(self.reached.connection_sent, !email),
            connected: shown(self.reached.connected, !email),
            message_sent: shown(self.reached.message_sent, !email),
        }
    }

    /// Counts `count` more at a place.
    pub fn enter(&mut self, node_id: Option<NodeId>, status: ProspectStatus, count: u32) {
        if count == 0 {
            return;
        }
        let place = (node_id, status);
        match self
            .groups
            .binary_search_by_key(&place, |group| (group.node_id, group.status))
        {
            Ok(found) => {
                if let Some(group) = self.groups.get_mut(found) {
                    group.count = group.count.saturating_add(count);
                }
            }
            Err(gap) => self.groups.insert(
                gap,
                Group {
                    node_id,
                    status,
                    count,
                },
            ),
        }
    }

    /// Whoever was left out by a launch waits again. Nobody else is cancelled before a campaign is
    /// under way.
    pub(crate) fn put_back(&mut self) {
        let cancelled = self.with_status(ProspectStatus::Cancelled);
        self.groups
            .retain(|group| group.status != ProspectStatus::Cancelled);
        self.enter(None, ProspectStatus::Pending, cancelled);
    }

    /// Counts one fewer at a place. `false`, and nothing changed, when nobody stands there.
    #[must_use]
    pub fn leave(&mut self, node_id: Option<NodeId>, status: ProspectStatus) -> bool {
        let place = (node_id, status);
        let found = self
            .groups
            .binary_search_by_key(&place, |group| (group.node_id, group.status));
        let Ok(found) = found else { return false };
        if let Some(group) = self.groups.get_mut(found) {
            group.count -= 1;
            if group.count == 0 {
                self.groups.remove(found);
            }
        }
        true
    }
}
