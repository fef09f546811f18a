//! Sender accounts, as far as rules look at them: of which channel, and whether they can send.
//!
//! They are kept outside of the log by whoever owns them; a decision is told how those stand that
//! it asks about ([`Senders`]). What an account lacks is a value ([`SenderLack`]), and its text
//! says how to go on.

use crate::{AccountId, ChannelKind};
use std::collections::HashMap;

/// How a sender account stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SenderFacts {
    /// A mailbox.
    Email {
        /// Whether it may send.
        status: MailboxStatus,
        /// Whether an inbox at the provider sends for it.
        has_inbox: bool,
    },
    /// A LinkedIn profile.
    Linkedin(ProfileStatus),
}

/// Whether a mailbox may send.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MailboxStatus {
    /// It may.
    Active,
    /// Its warm-up is not complete.
    Warming,
    /// It may not.
    Inactive,
}

/// Whether a LinkedIn profile can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProfileStatus {
    /// It can.
    Connected,
    /// It is gone upstream.
    Disconnected,
}

/// What a sender account lacks to be assigned or to send.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SenderLack {
    /// The user has no such account.
    Unknown,
    /// It is of the other channel.
    OtherChannel,
    /// A mailbox whose warm-up is incomplete.
    Warming,
    /// A mailbox that may not send.
    NotActive,
    /// A mailbox without a sending inbox.
    NoInbox,
    /// A LinkedIn profile that is not connected.
    NotConnected,
}

impl MailboxStatus {
    /// Every status.
    pub const ALL: [Self; 3] = [Self::Active, Self::Warming, Self::Inactive];

    /// The wire's word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Warming => "warming",
            Self::Inactive => "inactive",
        }
    }
}

impl ProfileStatus {
    /// Every status.
    pub const ALL: [Self; 2] = [Self::Connected, Self::Disconnected];

    /// The wire's word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::Disconnected => "disconnected",
        }
    }
}

impl SenderFacts {
    /// What the wire calls `status` of an account of `channel`; none when that channel has no such
    /// status.
    #[must_use]
    pub fn from_wire(channel: ChannelKind, status: &str, has_inbox: bool) -> Option<Self> {
        match channel {
            ChannelKind::Email => MailboxStatus::ALL
                .into_iter()
                .find(|known| known.as_str() == status)
                .map(|status| Self::Email { status, has_inbox }),
            ChannelKind::Linkedin => ProfileStatus::ALL
                .into_iter()
                .find(|known| known.as_str() == status)
                .map(Self::Linkedin),
        }
    }

    /// The wire's word for how it stands.
    #[must_use]
    pub fn status(self) -> &'static str {
        match self {
            Self::Email { status, .. } => status.as_str(),
            Self::Linkedin(status) => status.as_str(),
        }
    }

    /// The channel that it sends on.
    #[must_use]
    pub fn channel(self) -> ChannelKind {
        match self {
            Self::Email { .. } => ChannelKind::Email,
            Self::Linkedin(_) => ChannelKind::Linkedin,
        }
    }

    /// What it lacks for a launch (campaign API, section 1.7).
    #[must_use]
    pub fn lack(self) -> Option<SenderLack> {
        match self {
            Self::Email {
                status: MailboxStatus::Warming,
                ..
            } => Some(SenderLack::Warming),
            Self::Email {
                status: MailboxStatus::Inactive,
                ..
            } => Some(SenderLack::NotActive),
            Self::Email {
                has_inbox: false, ..
            } => Some(SenderLack::NoInbox),
            Self::Linkedin(ProfileStatus::Disconnected) => Some(SenderLack::NotConnected),
            Self::Email { .. } | Self::Linkedin(ProfileStatus::Connected) => None,
        }
    }
}

/// The sender accounts of one user that a decision asks about; one that is not here is not there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Senders(HashMap<AccountId, SenderFacts>);

impl Senders {
    /// How the account stands.
    #[must_use]
    pub fn find(&self, id: AccountId) -> Option<SenderFacts> {
        self.0.get(&id).copied()
    }

    /// What keeps accounts from being assigned to a campaign on `channel`.
    #[must_use]
    pub fn unfit(&self, channel: ChannelKind, ids: &[AccountId]) -> Vec<(SenderLack, AccountId)> {
        self.lacking(ids, |facts| {
            (facts.channel() != channel).then_some(SenderLack::OtherChannel)
        })
    }

    /// What keeps accounts from sending for a campaign on `channel` that is to be launched.
    #[must_use]
    pub fn unready(&self, channel: ChannelKind, ids: &[AccountId]) -> Vec<(SenderLack, AccountId)> {
        self.lacking(ids, |facts| {
            if facts.channel() == channel {
                facts.lack()
            } else {
                Some(SenderLack::OtherChannel)
            }
        })
    }

    fn lacking(
        &self,
        ids: &[AccountId],
        lack: impl Fn(SenderFacts) -> Option<SenderLack>,
    ) -> Vec<(SenderLack, AccountId)> {
        ids.iter()
            .filter_map(|id| {
                let lack = self.find(*id).map_or(Some(SenderLack::Unknown), &lack);
                lack.map(|lack| (lack, *id))
            })
            .collect()
    }
}

impl FromIterator<(AccountId, SenderFacts)> for Senders {
    fn from_iter<T: IntoIterator<Item = (AccountId, SenderFacts)>>(found: T) -> Self {
        Self(found.into_iter().collect())
    }
}
