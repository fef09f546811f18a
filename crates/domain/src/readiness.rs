//! Whether a campaign could be launched, and what speaks against it (campaign API, section 1.10).
//!
//! The same blockers that a launch would name, so the two cannot part. A warning stops nobody.

use crate::decide::blockers;
use crate::rejection::{lacks, positions};
use crate::{AccountId, LaunchBlocker, NodeKind, Present, SenderLack, Senders, Stage};

/// What there is to know before a launch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Readiness {
    /// Only drafts launch.
    pub is_draft: bool,
    /// Somebody sends.
    pub has_sender_accounts: bool,
    /// Everybody who sends can.
    pub sender_accounts_ready: bool,
    /// Prospects in the campaign.
    pub prospect_count: u32,
    /// Something is sent.
    pub has_sendable_nodes: bool,
    /// Every step says what it should.
    pub all_nodes_have_content: bool,
    /// What a launch would be refused for.
    pub blockers: Vec<LaunchBlocker>,
    /// What a launch would not be refused for.
    pub warnings: Vec<LaunchWarning>,
}

/// What may surprise at run time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LaunchWarning {
    /// No message was made in advance.
    #[error("No draft messages have been generated")]
    NoMessages,
    /// Accounts that a launch would still refuse.
    #[error("{}", lacks(.0))]
    WarmingSenders(Vec<(SenderLack, AccountId)>),
    /// Steps that a model would write without an example; their positions.
    #[error("AI nodes without examples at positions {}", positions(.0))]
    NoExamples(Vec<usize>),
}

/// What speaks for a launch of `campaign`, and what against it.
#[must_use]
pub fn readiness(campaign: &Present, senders: &Senders) -> Readiness {
    let (blockers, warming) = without_warming(blockers(campaign, senders));
    let nodes = campaign.sequence.nodes();
    let blocked = |blocker: &dyn Fn(&LaunchBlocker) -> bool| blockers.iter().any(blocker);
    let has_sender_accounts = !campaign.settings.sender_account_ids.is_empty();
    Readiness {
        is_draft: campaign.stage == Stage::Draft,
        has_sender_accounts,
        sender_accounts_ready: has_sender_accounts
            && !blocked(&|it| matches!(it, LaunchBlocker::UnreadySenders(_))),
        prospect_count: campaign.census.total(),
        has_sendable_nodes: nodes.iter().any(|node| node.kind.is_sendable()),
        all_nodes_have_content: !blocked(&|it| matches!(it, LaunchBlocker::MissingContent(_))),
        warnings: warnings(campaign, warming),
        blockers,
    }
}

/// Senders that warm up count as ready here, though a launch would refuse them (campaign API,
/// section 1.10, and the conflict (b) of section 4): they are warned of.
fn without_warming(
    blockers: Vec<LaunchBlocker>,
) -> (Vec<LaunchBlocker>, Vec<(SenderLack, AccountId)>) {
    let mut warming = Vec::new();
    let mut others = Vec::with_capacity(blockers.len());
    for blocker in blockers {
        let LaunchBlocker::UnreadySenders(lacking) = blocker else {
            others.push(blocker);
            continue;
        };
        let is_warming = |(lack, _): &(SenderLack, AccountId)| *lack == SenderLack::Warming;
        let (warm, cold): (Vec<_>, Vec<_>) = lacking.into_iter().partition(is_warming);
        warming.extend(warm);
        if !cold.is_empty() {
            others.push(LaunchBlocker::UnreadySenders(cold));
        }
    }
    (others, warming)
}

/// Messages are made by the engine as it sends, so none is ever there in advance.
fn warnings(campaign: &Present, warming: Vec<(SenderLack, AccountId)>) -> Vec<LaunchWarning> {
    let nodes = campaign.sequence.nodes().iter().enumerate();
    let written_by_a_model: Vec<usize> = nodes
        .filter(|(_, node)| node.kind == NodeKind::Ai)
        .map(|(position, _)| position)
        .collect();
    let mut warnings = vec![LaunchWarning::NoMessages];
    if !warming.is_empty() {
        warnings.push(LaunchWarning::WarmingSenders(warming));
    }
    if !written_by_a_model.is_empty() {
        warnings.push(LaunchWarning::NoExamples(written_by_a_model));
    }
    warnings
}
