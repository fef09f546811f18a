//! Why a command is refused. A value with a stable code, never an exception.
//!
//! `Display` is the documented text where one is documented (campaign API, section 3).

use crate::{BadSequence, ProspectStatus, Status};
use chrono::{DateTime, Utc};

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
    /// No such step.
    #[error("Sequence node not found")]
    NodeNotFound,
    /// Too many prospects, or none, in one command.
    #[error("Between 1 and {0} prospects are accepted at once")]
    ProspectCount(usize),
    /// No such prospect in this campaign.
    #[error("Prospect not found")]
    ProspectNotFound,
    /// Nothing follows for this prospect.
    #[error("The prospect is {} and nothing follows", .0.as_str())]
    ProspectTerminal(ProspectStatus),
    /// The fact does not fit where the prospect stands.
    #[error("A prospect who is {} cannot do that", .0.as_str())]
    ProspectElsewhere(ProspectStatus),
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
    /// The step was permitted before, to this prospect.
    #[error("This step was already permitted for this prospect")]
    AlreadyPermitted,
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
    /// Nobody to send to.
    #[error("No pending leads")]
    NoProspects,
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
            Self::NodeNotFound => "node_not_found",
            Self::ProspectCount(_) => "invalid_request",
            Self::ProspectNotFound => "prospect_not_found",
            Self::ProspectTerminal(_) => "prospect_terminal",
            Self::ProspectElsewhere(_) => "prospect_elsewhere",
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
            Self::AlreadyPermitted => "already_permitted",
            Self::NothingToSend => "nothing_to_send",
        }
    }
}

fn blockers(blockers: &[LaunchBlocker]) -> String {
    let texts: Vec<String> = blockers.iter().map(ToString::to_string).collect();
    texts.join("; ")
}

fn positions(positions: &[usize]) -> String {
    let texts: Vec<String> = positions.iter().map(ToString::to_string).collect();
    texts.join(", ")
}
