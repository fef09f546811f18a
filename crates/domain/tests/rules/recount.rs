//! Counting again from the beginning, without the code that is being checked.

use domain::{
    Event, NodeId, PermitId, PermitState, ProspectId, ProspectStatus, Reached, Roster, SendKind,
};
use std::collections::{BTreeMap, BTreeSet};

pub type ByStatus = BTreeMap<ProspectStatus, u32>;

pub fn total(roster: &Roster) -> u32 {
    count(roster.iter())
}

pub fn unfinished(roster: &Roster) -> u32 {
    count(
        roster
            .iter()
            .filter(|(_, prospect)| !prospect.status.is_terminal()),
    )
}

pub fn by_status(roster: &Roster) -> ByStatus {
    let mut counts = ByStatus::new();
    for (_, prospect) in roster.iter() {
        *counts.entry(prospect.status).or_default() += 1;
    }
    counts
}

pub fn by_node(roster: &Roster) -> BTreeMap<Option<NodeId>, ByStatus> {
    let mut counts = BTreeMap::<_, ByStatus>::new();
    for (_, prospect) in roster.iter() {
        *counts
            .entry(prospect.node_id)
            .or_default()
            .entry(prospect.status)
            .or_default() += 1;
    }
    counts
}

pub fn open_permits(roster: &Roster) -> u32 {
    let permits = roster.iter().flat_map(|(_, prospect)| prospect.permits());
    count(permits.filter(|permit| permit.state == PermitState::Open))
}

/// What the events alone tell of permits and of who came how far.
#[derive(Debug, Default)]
pub struct Story {
    open: BTreeMap<PermitId, SendKind>,
    sent: BTreeSet<(SendKind, ProspectId)>,
    connected: BTreeSet<ProspectId>,
    replied: BTreeSet<ProspectId>,
}

impl Story {
    pub fn goes_on(&mut self, event: &Event) {
        match event {
            Event::SendPermitted(permitted) => {
                self.open.insert(permitted.permit_id, permitted.send);
            }
            Event::SendSucceeded(closed) => {
                let send = self.open.remove(&closed.permit_id).expect("an open permit");
                self.sent.insert((send, closed.prospect_id));
            }
            Event::SendFailed(failed) => {
                self.open.remove(&failed.permit_id).expect("an open permit");
            }
            Event::ProspectConnected(one) => {
                self.connected.insert(one.prospect_id);
            }
            Event::ProspectReplied(replied) => {
                self.replied.insert(replied.prospect_id);
            }
            _ => {}
        }
    }

    pub fn open_permits(&self) -> u32 {
        count(self.open.iter())
    }

    pub fn reached(&self) -> Reached {
        let sent = |kind| count(self.sent.iter().filter(|(sent, _)| *sent == kind));
        Reached {
            sent: sent(SendKind::Email),
            connection_sent: sent(SendKind::ConnectionRequest),
            connected: count(self.connected.iter()),
            message_sent: sent(SendKind::Message),
            replied: count(self.replied.iter()),
        }
    }
}

fn count(items: impl Iterator) -> u32 {
    u32::try_from(items.count()).expect("a few")
}
