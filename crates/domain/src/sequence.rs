//! A campaign's steps: what is sent, in which order, with which delays.
//!
//! Positions are not stored: a node's place in the list is its position, so they are contiguous
//! by construction (campaign API, section 1.13). The content is the campaign's, never a
//! prospect's: `%first_name%` stays a placeholder.

use crate::settings::replace;
use crate::{ChannelKind, NodeId};
use serde::{Deserialize, Serialize};

/// What a step does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NodeKind {
    /// Sends a mail.
    Email,
    /// Sends an invitation.
    ConnectionRequest,
    /// Sends a LinkedIn message.
    Message,
    /// Waits.
    Delay,
    /// Writes content by a model before the next step.
    Ai,
    /// Ends the sequence.
    End,
}

impl NodeKind {
    /// The wire's word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::ConnectionRequest => "connection_request",
            Self::Message => "message",
            Self::Delay => "delay",
            Self::Ai => "ai",
            Self::End => "end",
        }
    }

    /// Whether campaigns of `channel` may have such a step.
    #[must_use]
    pub fn belongs_to(self, channel: ChannelKind) -> bool {
        match self {
            Self::Email => channel == ChannelKind::Email,
            Self::ConnectionRequest | Self::Message => channel == ChannelKind::Linkedin,
            Self::Delay | Self::Ai | Self::End => true,
        }
    }

    /// Whether the step reaches a prospect, so that a permit is needed.
    #[must_use]
    pub fn is_sendable(self) -> bool {
        matches!(self, Self::Email | Self::ConnectionRequest | Self::Message)
    }
}

/// The waiting time of a delay, in whole units that add up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Delay {
    /// Days of 24 hours.
    pub days: u32,
    /// Hours.
    pub hours: u32,
    /// Minutes.
    pub minutes: u32,
}

impl Delay {
    /// The shortest delay, in minutes (campaign API, section 1.4).
    pub const MINUTES_MIN: u64 = 1;
    /// The longest delay: 30 days (campaign API, section 1.4).
    pub const MINUTES_MAX: u64 = 30 * 24 * 60;

    /// The whole delay in minutes.
    #[must_use]
    pub fn minutes_total(self) -> u64 {
        u64::from(self.days) * 1_440 + u64::from(self.hours) * 60 + u64::from(self.minutes)
    }
}

/// What a step says and how.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Content {
    /// A mail's subject.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Whether an invitation carries the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub include_message: Option<bool>,
    /// Whether a mail answers in the thread of the one before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_reply: Option<bool>,
}

impl Content {
    /// The longest subject, in characters: what a line of a mail may hold.
    pub const SUBJECT_CHARS_MAX: usize = 998;
    /// The longest text, in characters. The documentation names no maximum; an event needs one.
    pub const BODY_CHARS_MAX: usize = 50_000;
}

/// New values for what a step says and how long it waits; what is `None` stays. The inner
/// `Option` of what may be absent clears it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NodePatch {
    /// A mail's subject.
    pub subject: Option<Option<String>>,
    /// The text.
    pub body: Option<Option<String>>,
    /// Whether an invitation carries the text.
    pub include_message: Option<Option<bool>>,
    /// Whether a mail answers in the thread of the one before.
    pub is_reply: Option<Option<bool>>,
    /// Days that a delay waits.
    pub delay_days: Option<u32>,
    /// Hours that it waits in addition.
    pub delay_hours: Option<u32>,
    /// Minutes that it waits in addition.
    pub delay_minutes: Option<u32>,
}

impl NodePatch {
    /// Applies the patch to `node`, whose id and type stay.
    pub(crate) fn apply(self, node: &mut Node) {
        replace(&mut node.content.subject, self.subject);
        replace(&mut node.content.body, self.body);
        replace(&mut node.content.include_message, self.include_message);
        replace(&mut node.content.is_reply, self.is_reply);
        replace(&mut node.delay.days, self.delay_days);
        replace(&mut node.delay.hours, self.delay_hours);
        replace(&mut node.delay.minutes, self.delay_minutes);
    }
}

/// A step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    /// Its id, kept when it moves.
    pub id: NodeId,
    /// What it does.
    #[serde(rename = "type")]
    pub kind: NodeKind,
    /// What it says.
    #[serde(flatten)]
    pub content: Content,
    /// How long it waits; nothing but a delay waits.
    #[serde(default)]
    pub delay: Delay,
}

impl Node {
    /// Whether the step lacks what it should say. A reply needs no subject of its own, an
    /// invitation without message no text.
    #[must_use]
    pub fn lacks_content(&self) -> bool {
        let empty = |text: &Option<String>| text.as_deref().unwrap_or("").trim().is_empty();
        match self.kind {
            NodeKind::Email => {
                empty(&self.content.body)
                    || (self.content.is_reply != Some(true) && empty(&self.content.subject))
            }
            NodeKind::Message => empty(&self.content.body),
            NodeKind::ConnectionRequest => {
                self.content.include_message == Some(true) && empty(&self.content.body)
            }
            NodeKind::Delay | NodeKind::Ai | NodeKind::End => false,
        }
    }

    fn has_bad_delay(&self) -> bool {
        self.kind == NodeKind::Delay
            && !(Delay::MINUTES_MIN..=Delay::MINUTES_MAX).contains(&self.delay.minutes_total())
    }
}

/// All steps in order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sequence(Vec<Node>);

/// Why a list of steps is no sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadSequence {
    /// Too many steps.
    #[error("a sequence has at most {} nodes", Sequence::NODES_MAX)]
    TooLong,
    /// A step of the other channel; its position.
    #[error("sequence_nodes[{0}]: this type does not belong to the campaign's channel")]
    Channel(usize),
    /// A delay out of range; its position.
    #[error("sequence_nodes[{0}]: a delay must be between 1 minute and 30 days")]
    Delay(usize),
    /// No last `end`.
    #[error("sequence_nodes must finish with one end node")]
    End,
    /// Two steps with one id; the position of the second.
    #[error("sequence_nodes[{0}]: this id is used twice")]
    Twice(usize),
}

impl Sequence {
    /// The longest sequence, in nodes (campaign API, section 1.4).
    pub const NODES_MAX: usize = 50;

    /// A whole new sequence for a campaign of `channel`.
    ///
    /// # Errors
    /// When the list is too long, holds a step of the other channel or a delay out of range, or
    /// does not finish with its only `end`.
    pub fn new(nodes: Vec<Node>, channel: ChannelKind) -> Result<Self, BadSequence> {
        if Self::NODES_MAX < nodes.len() {
            return Err(BadSequence::TooLong);
        }
        for (position, node) in nodes.iter().enumerate() {
            if !node.kind.belongs_to(channel) {
                return Err(BadSequence::Channel(position));
            }
            if node.has_bad_delay() {
                return Err(BadSequence::Delay(position));
            }
            if nodes.iter().take(position).any(|other| other.id == node.id) {
                return Err(BadSequence::Twice(position));
            }
        }
        let ends = nodes
            .iter()
            .filter(|node| node.kind == NodeKind::End)
            .count();
        match nodes.last() {
            Some(last) if last.kind == NodeKind::End && ends == 1 => Ok(Self(nodes)),
            _ => Err(BadSequence::End),
        }
    }

    /// The list as it was stored. A draft edited step by step may lack its `end`.
    #[must_use]
    pub fn restored(nodes: Vec<Node>) -> Self {
        Self(nodes)
    }

    /// The steps in order.
    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        &self.0
    }

    /// The step named `id`.
    #[must_use]
    pub fn find(&self, id: NodeId) -> Option<&Node> {
        self.0.iter().find(|node| node.id == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn node(number: u128, kind: NodeKind) -> Node {
        let delay = Delay {
            days: 1,
            ..Delay::default()
        };
        Node {
            id: NodeId(Uuid::from_u128(number)),
            kind,
            content: Content::default(),
            delay,
        }
    }

    #[test]
    fn a_sequence_finishes_with_its_only_end() {
        let email = node(1, NodeKind::Email);
        let end = node(2, NodeKind::End);

        assert!(Sequence::new(vec![email.clone(), end.clone()], ChannelKind::Email).is_ok());
        let twice = vec![node(3, NodeKind::End), end.clone()];
        for bad in [vec![], vec![email.clone()], vec![end, email], twice] {
            assert_eq!(
                Sequence::new(bad, ChannelKind::Email),
                Err(BadSequence::End)
            );
        }
    }

    #[test]
    fn a_step_of_the_other_channel_is_refused_by_its_position() {
        let nodes = vec![node(1, NodeKind::Delay), node(2, NodeKind::Message)];

        let refused = Sequence::new(nodes, ChannelKind::Email);

        assert_eq!(refused, Err(BadSequence::Channel(1)));
    }

    #[test]
    fn a_delay_lasts_between_a_minute_and_thirty_days() {
        for (days, minutes, accepted) in
            [(0, 0, false), (0, 1, true), (30, 0, true), (30, 1, false)]
        {
            let mut delay = node(1, NodeKind::Delay);
            delay.delay = Delay {
                days,
                hours: 0,
                minutes,
            };
            let sequence = Sequence::new(vec![delay, node(2, NodeKind::End)], ChannelKind::Email);
            assert_eq!(sequence.is_ok(), accepted, "{days} days {minutes} minutes");
        }
    }
}
