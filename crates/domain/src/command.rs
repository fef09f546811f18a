//! What may be asked of a campaign.
//!
//! A command carries everything it needs, the ids of what it makes included; [`Known`] is what a
//! decision may look at besides the campaign itself.

use crate::{
    AccountId, CampaignId, ChannelKind, KnownPeople, LaunchFailure, Node, NodeId, NodePatch,
    PermitId, ProspectId, ProspectStatus, Roster, SendFailure, Senders, SendingAccount, Settings,
    SettingsPatch, UserId,
};
use chrono::{DateTime, Utc};

/// A wish. [`crate::decide()`] says what comes of it.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Make a draft.
    Create {
        /// Whose it will be.
        user_id: UserId,
        /// What it is told to be.
        settings: Box<Settings>,
        /// Its first steps.
        nodes: Vec<Node>,
    },
    /// Change settings; what the status does not let through is ignored.
    ChangeSettings(Box<SettingsPatch>),
    /// Replace the whole sequence; ignored after draft, as the documentation has it.
    ReplaceSequence(Vec<Node>),
    /// Both at once: all of it happens, or nothing.
    Update {
        /// The settings.
        patch: Box<SettingsPatch>,
        /// The whole sequence, if it is to be replaced.
        nodes: Option<Vec<Node>>,
    },
    /// Put a step in, before the last `end` when no position is named.
    AddNode {
        /// The step.
        node: Box<Node>,
        /// Where to, counted from 0.
        position: Option<usize>,
    },
    /// Put a step elsewhere.
    MoveNode {
        /// The step.
        node_id: NodeId,
        /// Where to, counted from 0.
        position: usize,
    },
    /// Change what a step says; its type stays.
    EditNode {
        /// The step.
        node_id: NodeId,
        /// What changes.
        patch: Box<NodePatch>,
    },
    /// Take a step out.
    RemoveNode(NodeId),
    /// Add prospects. Who they are is not the log's to know ([`KnownPeople`]).
    AddProspects(Vec<ProspectId>),
    /// Change what is on file about a prospect.
    EditProspect(ProspectId),
    /// Take prospects out.
    RemoveProspects(Vec<ProspectId>),
    /// Take all prospects out.
    RemoveAllProspects,
    /// Forget who a prospect is, for good, and have done with them.
    EraseProspect(ProspectId),
    /// Hand the campaign to the engine.
    Launch,
    /// The engine has taken it up.
    Activate,
    /// The engine could not take it up.
    FailLaunch {
        /// Why.
        failure: LaunchFailure,
        /// Which launch, by when it began: an older one is over already. The one under way when
        /// absent.
        launch: Option<DateTime<Utc>>,
    },
    /// Hold every send until resumed.
    Pause,
    /// Go on.
    Resume,
    /// Look at the bounces again (the documented `sync-stats`).
    ReviewBounces,
    /// Delete the campaign. Its history stays.
    Delete,
    /// May this step be sent to this prospect?
    RequestPermit {
        /// The permit's id, if granted.
        permit_id: PermitId,
        /// To whom.
        prospect_id: ProspectId,
        /// Which step.
        node_id: NodeId,
        /// From which account.
        account_id: Option<AccountId>,
    },
    /// A permitted step was sent.
    ReportSent {
        /// The permit.
        permit_id: PermitId,
        /// Whose.
        prospect_id: ProspectId,
    },
    /// A permitted step was not sent and will not be.
    ReportFailed {
        /// The permit.
        permit_id: PermitId,
        /// Whose.
        prospect_id: ProspectId,
        /// What went wrong.
        failure: SendFailure,
    },
    /// Something happened to a prospect.
    ReportProgress {
        /// To whom.
        prospect_id: ProspectId,
        /// What.
        progress: Progress,
    },
}

/// What may happen to a prospect besides being sent something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Accepted an invitation.
    Connected,
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

impl Progress {
    /// Everything that may happen.
    pub const ALL: [Self; 6] = [
        Self::Connected,
        Self::Replied,
        Self::Bounced,
        Self::Completed,
        Self::TimedOut,
        Self::Cancelled,
    ];

    /// The wire's word: that of the status that it leads to.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.status().as_str()
    }

    /// The progress that the wire calls `word`.
    #[must_use]
    pub fn from_wire(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|progress| progress.as_str() == word)
    }

    /// Where a prospect stands to whom this happened.
    #[must_use]
    pub fn status(self) -> ProspectStatus {
        match self {
            Self::Connected => ProspectStatus::Connected,
            Self::Replied => ProspectStatus::Replied,
            Self::Bounced => ProspectStatus::Bounced,
            Self::Completed => ProspectStatus::Completed,
            Self::TimedOut => ProspectStatus::TimedOut,
            Self::Cancelled => ProspectStatus::Cancelled,
        }
    }

    /// The channel on which alone this happens: mails bounce, and invitations are accepted.
    #[must_use]
    pub fn only_on(self) -> Option<ChannelKind> {
        match self {
            Self::Connected => Some(ChannelKind::Linkedin),
            Self::Bounced => Some(ChannelKind::Email),
            Self::Replied | Self::Completed | Self::TimedOut | Self::Cancelled => None,
        }
    }
}

/// What a decision may look at besides the campaign.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The clock.
    pub now: DateTime<Utc>,
    /// The prospects that the command names.
    pub roster: &'a Roster,
    /// Which campaign of the same user has the name that the command asks for.
    pub name_owner: Option<CampaignId>,
    /// The user's sender accounts that the command, or the campaign that it launches, names.
    pub senders: &'a Senders,
    /// The sender account that the command sends from. One of which nothing is known has the
    /// documented limits, and was granted nothing yet.
    pub account: Option<&'a SendingAccount>,
    /// Who is who, where that matters.
    pub people: KnownPeople<'a>,
}

impl Command {
    /// The name in metrics, logs and the transition table.
    #[must_use]
    pub fn label(&self) -> &'static str {
        match self {
            Self::Create { .. } => "create",
            Self::ChangeSettings(_) => "change_settings",
            Self::ReplaceSequence(_) => "replace_sequence",
            Self::Update { .. } => "update",
            Self::AddNode { .. } => "add_node",
            Self::MoveNode { .. } => "move_node",
            Self::EditNode { .. } => "edit_node",
            Self::RemoveNode(_) => "remove_node",
            Self::AddProspects(_) => "add_prospects",
            Self::EditProspect(_) => "edit_prospect",
            Self::RemoveProspects(_) => "remove_prospects",
            Self::RemoveAllProspects => "remove_all_prospects",
            Self::EraseProspect(_) => "erase_prospect",
            Self::Launch => "launch",
            Self::Activate => "activate",
            Self::FailLaunch { .. } => "fail_launch",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::ReviewBounces => "review_bounces",
            Self::Delete => "delete",
            Self::RequestPermit { .. } => "request_permit",
            Self::ReportSent { .. } => "report_sent",
            Self::ReportFailed { .. } => "report_failed",
            Self::ReportProgress { .. } => "report_progress",
        }
    }

    /// The prospects that a decision on this command needs to know.
    #[must_use]
    pub fn prospects(&self) -> &[ProspectId] {
        match self {
            Self::AddProspects(ids) | Self::RemoveProspects(ids) => ids,
            Self::EditProspect(prospect_id)
            | Self::EraseProspect(prospect_id)
            | Self::RequestPermit { prospect_id, .. }
            | Self::ReportSent { prospect_id, .. }
            | Self::ReportFailed { prospect_id, .. }
            | Self::ReportProgress { prospect_id, .. } => std::slice::from_ref(prospect_id),
            _ => &[],
        }
    }

    /// The sender accounts that the command assigns.
    #[must_use]
    pub fn senders_named(&self) -> &[AccountId] {
        match self {
            Self::Create { settings, .. } => &settings.sender_account_ids,
            Self::ChangeSettings(patch) | Self::Update { patch, .. } => {
                patch.sender_account_ids.as_deref().unwrap_or_default()
            }
            _ => &[],
        }
    }

    /// Whether a decision looks at the sender accounts that the campaign has already.
    #[must_use]
    pub fn looks_at_senders(&self) -> bool {
        matches!(self, Self::Launch)
    }

    /// The sender account that the command sends from.
    #[must_use]
    pub fn sends_from(&self) -> Option<AccountId> {
        match self {
            Self::RequestPermit { account_id, .. } => *account_id,
            _ => None,
        }
    }

    /// The name that the command asks for, which nobody else of the user may have.
    #[must_use]
    pub fn name_wanted(&self) -> Option<&str> {
        match self {
            Self::Create { settings, .. } => Some(settings.name.as_str()),
            Self::ChangeSettings(patch) | Self::Update { patch, .. } => {
                patch.name.as_ref().map(crate::Name::as_str)
            }
            _ => None,
        }
    }
}
