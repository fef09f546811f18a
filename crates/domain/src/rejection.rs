//! Why a command is refused. A value with a stable code, never an exception.
//!
//! `Display` is the documented text where one is documented (campaign API, section 3).

use crate::{AccountId, BadSequence, ChannelKind, Permit, ProspectStatus, SenderLack, Status};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

/// A refusal. Nothing happened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// No such campaign, or another tenant's.
    #[error("Campaign not found")]
    NotFound,
    /// The id is taken.
    #[error("A campaign with this id exists already")]
    AlreadyExists,
    /// The user has another campaign of that name.
    #[error("A campaign with this name already exists")]
    NameTaken,
    /// Only active campaigns pause.
    #[error("Only active campaigns can be paused")]
    NotActive(Status),
    /// Only paused campaigns resume.
    #[error("Only paused campaigns can be resumed")]
    NotPaused(Status),
    /// Only drafts launch.
    #[error("Campaign is {} — must be draft to launch", .0.as_str())]
    NotLaunchable(Status),
    /// A launch is under way.
    #[error("Launch already in progress")]
    LaunchInProgress,
    /// The draft is not ready.
    #[error("{}", blockers(.0))]
    LaunchBlocked(Vec<LaunchBlocker>),
    /// The engine speaks of a launch that is not under way.
    #[error("Only launching campaigns can be activated or rolled back")]
    NotLaunching(Status),
    /// Only drafts are edited.
    #[error("Only draft campaigns can be edited")]
    NotDraft(Status),
    /// Not a sequence.
    #[error("{0}")]
    Sequence(BadSequence),
    /// Accounts that cannot be assigned.
    #[error("{}", lacks(.0))]
    UnfitSenders(Vec<(SenderLack, AccountId)>),
    /// Too many accounts.
    #[error("A campaign has at most {0} sender accounts")]
    SenderCount(usize),
    /// A permit is asked for an account that does not send for the campaign.
    #[error("account_id is not one of the campaign's sender accounts")]
    AccountNotInCampaign,
    /// No such step.
    #[error("Sequence node not found")]
    NodeNotFound,
    /// Too many prospects, or none, in one command.
    #[error("Between 1 and {0} prospects are accepted at once")]
    ProspectCount(usize),
    /// A row without that by which the channel reaches people; its place.
    #[error("prospects[{row}] has no usable {}, by which this campaign reaches people", identity(*.channel))]
    Unreachable {
        /// Counted from 0.
        row: usize,
        /// The campaign's.
        channel: ChannelKind,
    },
    /// An edit that would put a prospect out of reach.
    #[error("{} is required: this campaign reaches people by it", identity(*.0))]
    IdentityRequired(ChannelKind),
    /// An edit that would make two prospects the same person.
    #[error("Another lead of this campaign has this {}", identity(*.0))]
    IdentityTaken(ChannelKind),
    /// No such prospect in this campaign.
    #[error("Prospect not found")]
    ProspectNotFound,
    /// Nothing follows for this prospect.
    #[error("The prospect is {} and nothing follows", .0.as_str())]
    ProspectTerminal(ProspectStatus),
    /// The fact does not fit where the prospect stands.
    #[error("A prospect who is {} cannot do that", .0.as_str())]
    ProspectElsewhere(ProspectStatus),
    /// The fact is one of the other channel's.
    #[error("This happens on {} campaigns only", .0.as_str())]
    OtherChannel(ChannelKind),
    /// The campaign has not started.
    #[error("The campaign is {} and has no prospects under way", .0.as_str())]
    NotRunning(Status),
    /// The step may not be sent now.
    #[error("{refusal}")]
    PermitRefused {
        /// Why.
        refusal: PermitRefusal,
        /// When asking again makes sense; never, when absent.
        ask_again_at: Option<DateTime<Utc>>,
        /// The permit that the step has already: a task that lost the answer goes on with it.
        permit: Option<Permit>,
    },
    /// No such permit.
    #[error("Permit not found")]
    PermitNotFound,
    /// The permit was accounted for otherwise before.
    #[error("The permit is already accounted for")]
    PermitClosed,
}

/// Why a step may not be sent now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PermitRefusal {
    /// The campaign is paused.
    #[error("The campaign is paused")]
    Paused,
    /// The campaign is not active.
    #[error("The campaign is not active")]
    NotActive,
    /// Outside operating hours.
    #[error("Outside operating hours")]
    OutsideOperatingHours,
    /// Enough for today.
    #[error("The daily limit is reached")]
    DailyLimit,
    /// This account had enough for today.
    #[error("The account's daily limit is reached")]
    AccountLimit,
    /// This account had enough for a week.
    #[error("The account's weekly limit is reached")]
    WeeklyLimit,
    /// The step was permitted before, to this prospect.
    #[error("This step was already permitted for this prospect")]
    AlreadyPermitted,
    /// Nothing follows for the prospect.
    #[error("The prospect is {} and nothing follows", .0.as_str())]
    ProspectTerminal(ProspectStatus),
    /// The step sends nothing.
    #[error("This step sends nothing")]
    NothingToSend,
}

/// What a draft lacks for a launch (campaign API, section 1.7).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LaunchBlocker {
    /// Nobody sends.
    #[error("No sender accounts assigned")]
    NoSenders,
    /// Accounts that cannot send.
    #[error("{}", lacks(.0))]
    UnreadySenders(Vec<(SenderLack, AccountId)>),
    /// Nobody to send to.
    #[error("No pending leads")]
    NoProspects,
    /// Everybody is in another campaign.
    #[error("Every lead is in another campaign already; nothing to send")]
    AllElsewhere,
    /// Nothing to send.
    #[error("No sendable nodes in the sequence")]
    NothingToSend,
    /// Steps without content; their positions.
    #[error("Nodes with missing content at positions {}", positions(.0))]
    MissingContent(Vec<usize>),
    /// The list of steps is not a sequence.
    #[error("{0}")]
    Sequence(BadSequence),
}

/// The stable word for a rejection, for programs.
pub type RejectionCode = &'static str;

impl Rejection {
    /// The stable word. Never changes.
    #[must_use]
    pub fn code(&self) -> RejectionCode {
        match self {
            Self::NotFound => "campaign_not_found",
            Self::AlreadyExists => "campaign_exists",
            Self::NameTaken => "campaign_name_taken",
            Self::NotActive(_) => "campaign_not_active",
            Self::NotPaused(_) => "campaign_not_paused",
            Self::NotLaunchable(_) | Self::NotDraft(_) => "campaign_not_draft",
            Self::LaunchInProgress => "launch_in_progress",
            Self::LaunchBlocked(_) => "launch_blocked",
            Self::NotLaunching(_) => "campaign_not_launching",
            Self::Sequence(_) => "invalid_sequence",
            Self::UnfitSenders(_) => "invalid_senders",
            Self::SenderCount(_) => "invalid_request",
            Self::AccountNotInCampaign => "account_not_in_campaign",
            Self::NodeNotFound => "node_not_found",
            Self::ProspectCount(_) => "invalid_request",
            Self::Unreachable { .. } | Self::IdentityRequired(_) => "identity_missing",
            Self::IdentityTaken(_) => "duplicate_prospect",
            Self::ProspectNotFound => "prospect_not_found",
            Self::ProspectTerminal(_) => "prospect_terminal",
            Self::ProspectElsewhere(_) => "prospect_elsewhere",
            Self::OtherChannel(_) => "other_channel",
            Self::NotRunning(_) => "campaign_not_running",
            Self::PermitRefused { refusal, .. } => refusal.code(),
            Self::PermitNotFound => "permit_not_found",
            Self::PermitClosed => "permit_closed",
        }
    }

    /// The status that stood in the way, where it was one.
    #[must_use]
    pub fn current_status(&self) -> Option<Status> {
        match self {
            Self::NotActive(status)
            | Self::NotPaused(status)
            | Self::NotLaunchable(status)
            | Self::NotLaunching(status)
            | Self::NotDraft(status)
            | Self::NotRunning(status) => Some(*status),
            Self::LaunchInProgress => Some(Status::Launching),
            _ => None,
        }
    }
}

impl PermitRefusal {
    /// The stable word.
    #[must_use]
    pub fn code(self) -> RejectionCode {
        match self {
            Self::Paused => "paused",
            Self::NotActive => "campaign_not_active",
            Self::OutsideOperatingHours => "outside_operating_hours",
            Self::DailyLimit => "daily_limit",
            Self::AccountLimit => "account_limit",
            Self::WeeklyLimit => "weekly_limit",
            Self::AlreadyPermitted => "already_permitted",
            Self::ProspectTerminal(_) => "prospect_terminal",
            Self::NothingToSend => "nothing_to_send",
        }
    }
}

/// The field by which a channel reaches people.
fn identity(channel: ChannelKind) -> &'static str {
    match channel {
        ChannelKind::Email => "email",
        ChannelKind::Linkedin => "linkedin_url",
    }
}

fn blockers(blockers: &[LaunchBlocker]) -> String {
    let texts: Vec<String> = blockers.iter().map(ToString::to_string).collect();
    texts.join("; ")
}

/// What accounts lack, and how to go on. Names ids only: nobody's name or address.
pub(crate) fn lacks(lacking: &[(SenderLack, AccountId)]) -> String {
    let mut by_lack: BTreeMap<SenderLack, Vec<String>> = BTreeMap::new();
    for (lack, id) in lacking {
        by_lack.entry(*lack).or_default().push(id.0.to_string());
    }
    let texts: Vec<String> = by_lack
        .into_iter()
        .map(|(lack, ids)| lack_of(lack, &ids.join(", ")))
        .collect();
    texts.join("; ")
}

fn lack_of(lack: SenderLack, ids: &str) -> String {
    match lack {
        SenderLack::Unknown => {
            format!("Unknown sender accounts ({ids}): assign accounts that GET /api/senders lists")
        }
        SenderLack::OtherChannel => {
            format!(
                "Sender accounts of another type ({ids}): assign accounts of the campaign's type"
            )
        }
        SenderLack::Warming => format!(
            "Email senders whose warm-up is incomplete ({ids}): wait until they are active, or \
             assign others"
        ),
        SenderLack::NotActive => {
            format!("Email senders that are not active ({ids}): activate them, or assign others")
        }
        SenderLack::NoInbox => {
            format!("Email senders without a sending inbox ({ids}): set one up, or assign others")
        }
        SenderLack::NotConnected => {
            format!(
                "LinkedIn accounts that are not connected ({ids}): reconnect them, or assign others"
            )
        }
    }
}

pub(crate) fn positions(positions: &[usize]) -> String {
    let texts: Vec<String> = positions.iter().map(ToString::to_string).collect();
    texts.join(", ")
}
