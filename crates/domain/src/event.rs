//! What happened. Past tense, one struct-like variant a fact, no personal data.
//!
//! The JSON of every variant is a promise with a golden file (`tests/golden/events`); `payload.rs`
//! reads and writes it. Times stand in a payload only where a rule reads them; when an event was
//! recorded is the log's to say.

use crate::{
    AccountId, Node, NodeId, PauseCause, PermitId, ProspectId, SendKind, Settings, UserId,
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

/// A fact about one campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A draft was made.
    CampaignCreated(Box<CampaignCreated>),
    /// Settings changed; the new ones, whole.
    CampaignSettingsChanged(Box<CampaignSettingsChanged>),
    /// The sequence changed; the new one, whole.
    CampaignSequenceChanged(CampaignSequenceChanged),
    /// Prospects came in, all pending.
    ProspectsAdded(Prospects),
    /// Prospects went out.
    ProspectsRemoved(Prospects),
    /// All prospects went out.
    AllProspectsRemoved(Nothing),
    /// What is on file about a prospect changed; what, stands outside of the log.
    ProspectDetailsChanged(OneProspect),
    /// The campaign was handed to the engine.
    CampaignLaunchStarted(CampaignLaunchStarted),
    /// The launch leaves prospects out whom another campaign deals with.
    ProspectsSkipped(Prospects),
    /// The engine did not take it up; it is a draft again.
    CampaignLaunchFailed(CampaignLaunchFailed),
    /// The engine took it up.
    CampaignActivated(Nothing),
    /// Every send is held.
    CampaignPaused(CampaignPaused),
    /// Sends go on.
    CampaignResumed(Nothing),
    /// Every prospect is done.
    CampaignCompleted(Nothing),
    /// The campaign is gone.
    CampaignDeleted(Nothing),
    /// A step may be sent to a prospect.
    SendPermitted(SendPermitted),
    /// It was sent.
    SendSucceeded(PermitClosed),
    /// It was not sent and will not be.
    SendFailed(SendFailed),
    /// An invitation was accepted.
    ProspectConnected(OneProspect),
    /// An answer came in.
    ProspectReplied(ProspectReplied),
    /// A mail came back.
    ProspectBounced(OneProspect),
    /// A prospect reached the end.
    ProspectCompleted(OneProspect),
    /// A prospect waited in vain.
    ProspectTimedOut(OneProspect),
    /// A prospect was taken out.
    ProspectCancelled(OneProspect),
    /// Who a prospect is was forgotten for good; nothing more is sent to them.
    ProspectErased(OneProspect),
}

/// See [`Event::CampaignCreated`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampaignCreated {
    /// Whose it is.
    pub user_id: UserId,
    /// What it is told to be.
    pub settings: Settings,
    /// Its first steps.
    pub nodes: Vec<Node>,
}

/// See [`Event::CampaignSettingsChanged`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampaignSettingsChanged {
    /// All settings as they are now.
    pub settings: Settings,
}

/// See [`Event::CampaignSequenceChanged`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampaignSequenceChanged {
    /// All steps as they are now.
    pub nodes: Vec<Node>,
}

/// Some prospects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prospects {
    /// Who.
    pub prospect_ids: Vec<ProspectId>,
}

/// Nothing but the fact itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Nothing {}

/// See [`Event::CampaignLaunchStarted`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampaignLaunchStarted {
    /// When, by the clock that decided it; the stuck-launch rule reads it.
    pub started_at: DateTime<Utc>,
}

/// See [`Event::CampaignLaunchFailed`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampaignLaunchFailed {
    /// Why.
    pub failure: LaunchFailure,
}

/// Why a launch did not become active. A closed list, so that no address slips into the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LaunchFailure {
    /// The messages could not be made.
    MessageResolution,
    /// The run could not be started.
    Dispatch,
    /// Something else that the engine reported.
    Other,
    /// It was not heard of for too long.
    Stuck,
}

/// See [`Event::CampaignPaused`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampaignPaused {
    /// Who or what paused it.
    pub cause: PauseCause,
    /// Sends already permitted and not yet accounted for.
    pub sends_in_flight: u32,
}

/// See [`Event::SendPermitted`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendPermitted {
    /// The permit.
    pub permit_id: PermitId,
    /// To whom.
    pub prospect_id: ProspectId,
    /// Which step.
    pub node_id: NodeId,
    /// What the step sends.
    pub send: SendKind,
    /// From which account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_id: Option<AccountId>,
    /// The day of the campaign that it counts for.
    pub day: NaiveDate,
    /// When that day ends, whatever becomes of the campaign's time zone. Absent in the first version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day_ends_at: Option<DateTime<Utc>>,
    /// The day of UTC that it counts for with the account. Absent in the first version, and without
    /// an account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_day: Option<NaiveDate>,
}

/// See [`Event::SendSucceeded`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PermitClosed {
    /// The permit.
    pub permit_id: PermitId,
    /// Whose.
    pub prospect_id: ProspectId,
}

/// See [`Event::SendFailed`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendFailed {
    /// The permit.
    pub permit_id: PermitId,
    /// Whose.
    pub prospect_id: ProspectId,
    /// What went wrong.
    pub failure: SendFailure,
}

/// What went wrong with a send. A closed list, so that no address slips into the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SendFailure {
    /// The provider would not take it.
    ProviderRejected,
    /// The provider could not be reached.
    ProviderUnavailable,
    /// The sender account is not usable.
    SenderUnavailable,
    /// The content could not be made.
    ContentInvalid,
    /// Something else.
    Other,
}

impl SendFailure {
    /// Everything that may go wrong.
    pub const ALL: [Self; 5] = [
        Self::ProviderRejected,
        Self::ProviderUnavailable,
        Self::SenderUnavailable,
        Self::ContentInvalid,
        Self::Other,
    ];

    /// The wire's word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ProviderRejected => "provider_rejected",
            Self::ProviderUnavailable => "provider_unavailable",
            Self::SenderUnavailable => "sender_unavailable",
            Self::ContentInvalid => "content_invalid",
            Self::Other => "other",
        }
    }

    /// The failure that the wire calls `word`.
    #[must_use]
    pub fn from_wire(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|failure| failure.as_str() == word)
    }
}

/// One prospect, to whom the event's name happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OneProspect {
    /// Who.
    pub prospect_id: ProspectId,
}

/// See [`Event::ProspectReplied`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProspectReplied {
    /// Who.
    pub prospect_id: ProspectId,
    /// Whether that ended the sequence for them.
    pub stopped: bool,
}

/// The name of a kind of event, as stored.
pub type EventType = &'static str;

impl Event {
    /// The one prospect that the event is about, if it is about one.
    #[must_use]
    pub fn prospect(&self) -> Option<ProspectId> {
        match self {
            Self::SendPermitted(event) => Some(event.prospect_id),
            Self::SendSucceeded(event) => Some(event.prospect_id),
            Self::SendFailed(event) => Some(event.prospect_id),
            Self::ProspectReplied(event) => Some(event.prospect_id),
            Self::ProspectDetailsChanged(event)
            | Self::ProspectErased(event)
            | Self::ProspectConnected(event)
            | Self::ProspectBounced(event)
            | Self::ProspectCompleted(event)
            | Self::ProspectTimedOut(event)
            | Self::ProspectCancelled(event) => Some(event.prospect_id),
            _ => None,
        }
    }
}
