//! One person's way through a campaign, and the permits they were sent under.
//!
//! Statuses only move forward: pending, then in flight, then terminal. Outreach hears late: who was
//! thought to be done may still turn out to have answered, or never to have been reached. A permit
//! is unique per prospect and node, whatever became of it: that is what makes sending a step twice
//! impossible, however often a task is retried or a campaign resumed.

use crate::{AccountId, NodeId, NodeKind, PermitId, ProspectId};
use foldhash::fast::RandomState;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Where a prospect stands (campaign API, section 2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProspectStatus {
    /// Added, not started.
    Pending,
    /// An invitation is out.
    ConnectionSent,
    /// The invitation was accepted.
    Connected,
    /// A LinkedIn message is out.
    MessageSent,
    /// A mail is out.
    Sent,
    /// Answered.
    Replied,
    /// The mail came back.
    Bounced,
    /// Reached the end of the sequence.
    Completed,
    /// Waited in vain.
    TimedOut,
    /// Taken out.
    Cancelled,
}

impl ProspectStatus {
    /// Every status, in order.
    pub const ALL: [Self; 10] = [
        Self::Pending,
        Self::ConnectionSent,
        Self::Connected,
        Self::MessageSent,
        Self::Sent,
        Self::Replied,
        Self::Bounced,
        Self::Completed,
        Self::TimedOut,
        Self::Cancelled,
    ];

    /// The wire's word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::ConnectionSent => "connection_sent",
            Self::Connected => "connected",
            Self::MessageSent => "message_sent",
            Self::Sent => "sent",
            Self::Replied => "replied",
            Self::Bounced => "bounced",
            Self::Completed => "completed",
            Self::TimedOut => "timed_out",
            Self::Cancelled => "cancelled",
        }
    }

    /// The status that the wire calls `word`.
    #[must_use]
    pub fn from_wire(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == word)
    }

    /// Whether nothing follows.
    #[must_use]
    pub fn is_terminal(self) -> bool {
        Self::Replied <= self
    }

    /// Whether a prospect who stands here may turn out to stand at `next`: forward, and out of a
    /// terminal status only by news that came late.
    #[must_use]
    pub fn may_become(self, next: Self) -> bool {
        match (self, next) {
            (Self::Completed | Self::TimedOut, Self::Replied | Self::Bounced) => true,
            (from, to) => !from.is_terminal() && from < to,
        }
    }
}

/// What a permit allows to send.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SendKind {
    /// A mail.
    Email,
    /// An invitation.
    ConnectionRequest,
    /// A LinkedIn message.
    Message,
}

impl SendKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Email, Self::ConnectionRequest, Self::Message];

    /// The wire's word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::ConnectionRequest => "connection_request",
            Self::Message => "message",
        }
    }

    /// The kind that the wire calls `word`.
    #[must_use]
    pub fn from_wire(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// What a step of `kind` sends, if anything.
    #[must_use]
    pub fn of(kind: NodeKind) -> Option<Self> {
        match kind {
            NodeKind::Email => Some(Self::Email),
            NodeKind::ConnectionRequest => Some(Self::ConnectionRequest),
            NodeKind::Message => Some(Self::Message),
            NodeKind::Delay | NodeKind::Ai | NodeKind::End => None,
        }
    }

    /// The status of a prospect who was sent this.
    #[must_use]
    pub fn status_once_sent(self) -> ProspectStatus {
        match self {
            Self::Email => ProspectStatus::Sent,
            Self::ConnectionRequest => ProspectStatus::ConnectionSent,
            Self::Message => ProspectStatus::MessageSent,
        }
    }
}

/// What became of a permit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PermitState {
    /// Granted; the task has not said yet what came of it.
    Open,
    /// Sent.
    Sent,
    /// Not sent, for good.
    Failed,
}

impl PermitState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Open, Self::Sent, Self::Failed];

    /// The wire's word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Sent => "sent",
            Self::Failed => "failed",
        }
    }

    /// The state that the wire calls `word`.
    #[must_use]
    pub fn from_wire(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

/// A permission to send one step to one prospect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permit {
    /// Its id.
    pub id: PermitId,
    /// The step.
    pub node_id: NodeId,
    /// What the step sends.
    pub kind: SendKind,
    /// From which account.
    pub account_id: Option<AccountId>,
    /// What became of it.
    pub state: PermitState,
}

/// One prospect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prospect {
    /// Where they stand.
    pub status: ProspectStatus,
    /// The step they are at: none before the first and after the last.
    pub node_id: Option<NodeId>,
    /// Every permit granted for them, in the order of the steps' ids.
    permits: Vec<Permit>,
    /// How often they answered.
    pub replies: u32,
}

impl Prospect {
    /// One who was just added.
    #[must_use]
    pub fn pending() -> Self {
        Self::restored(ProspectStatus::Pending, None, 0)
    }

    /// One who stands where their row says.
    #[must_use]
    pub fn restored(status: ProspectStatus, node_id: Option<NodeId>, replies: u32) -> Self {
        Self {
            status,
            node_id,
            permits: Vec::new(),
            replies,
        }
    }

    /// Every permit granted for them, in the order of the steps' ids.
    #[must_use]
    pub fn permits(&self) -> &[Permit] {
        &self.permits
    }

    /// Adds a permit. `false`, and nothing changed, when its step has one already.
    #[must_use]
    pub fn permit_step(&mut self, permit: Permit) -> bool {
        let place = self
            .permits
            .binary_search_by_key(&permit.node_id, |other| other.node_id);
        match place {
            Ok(_) => false,
            Err(gap) => {
                self.permits.insert(gap, permit);
                true
            }
        }
    }

    /// The permit for the step `node_id`.
    #[must_use]
    pub fn permit_for(&self, node_id: NodeId) -> Option<&Permit> {
        let place = self
            .permits
            .binary_search_by_key(&node_id, |permit| permit.node_id);
        place.ok().and_then(|found| self.permits.get(found))
    }

    /// The permit named `id`.
    #[must_use]
    pub fn permit(&self, id: PermitId) -> Option<&Permit> {
        self.permits.iter().find(|permit| permit.id == id)
    }

    pub(crate) fn permit_mut(&mut self, id: PermitId) -> Option<&mut Permit> {
        self.permits.iter_mut().find(|permit| permit.id == id)
    }

    /// Whether something of `kind` was sent to them before.
    #[must_use]
    pub fn was_sent(&self, kind: SendKind) -> bool {
        self.permits
            .iter()
            .any(|permit| permit.kind == kind && permit.state == PermitState::Sent)
    }

    /// The status after `next` was reached: never backwards, never out of a terminal one.
    #[must_use]
    pub fn status_after(&self, next: ProspectStatus) -> ProspectStatus {
        if self.status.is_terminal() {
            self.status
        } else {
            self.status.max(next)
        }
    }
}

/// The prospects at hand: all of a campaign's in a replay, the ones that matter in a decision.
///
/// Hashed for speed, not against attackers: the ids of prospects are never an outsider's to choose.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Roster(HashMap<ProspectId, Prospect, RandomState>);

impl Roster {
    /// The prospect named `id`.
    #[must_use]
    pub fn find(&self, id: ProspectId) -> Option<&Prospect> {
        self.0.get(&id)
    }

    /// Puts a prospect in, in place of an older one of that id.
    pub fn put(&mut self, id: ProspectId, prospect: Prospect) {
        self.0.insert(id, prospect);
    }

    /// Everyone, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (ProspectId, &Prospect)> {
        self.0.iter().map(|(id, prospect)| (*id, prospect))
    }

    pub(crate) fn find_mut(&mut self, id: ProspectId) -> Option<&mut Prospect> {
        self.0.get_mut(&id)
    }

    /// See [`crate::Census::put_back`].
    pub(crate) fn put_back(&mut self) {
        for prospect in self.0.values_mut() {
            if prospect.status == ProspectStatus::Cancelled {
                prospect.status = ProspectStatus::Pending;
            }
        }
    }

    pub(crate) fn take(&mut self, id: ProspectId) -> Option<Prospect> {
        self.0.remove(&id)
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}
