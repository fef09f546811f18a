//! Handing a campaign to the engine, and taking it back.

use super::Decision;
use crate::event::{CampaignLaunchFailed, CampaignLaunchStarted, Nothing};
use crate::{
    Event, LAUNCH_STUCK_SECONDS, LaunchBlocker, LaunchFailure, Present, Rejection, Sequence, Stage,
};
use chrono::{DateTime, Duration, Utc};

/// Only drafts launch, when nothing is missing. A launch that is stuck is rolled back and begun
/// again in one answer (campaign API, sections 1.7 and 2.1).
pub(super) fn launch(campaign: &Present, now: DateTime<Utc>) -> Decision {
    match &campaign.stage {
        Stage::Draft => {
            let blockers = blockers(campaign);
            if !blockers.is_empty() {
                return Err(Rejection::LaunchBlocked(blockers));
            }
            Ok(vec![started(now)])
        }
        Stage::Launching { started_at } if is_stuck(*started_at, now) => {
            let failure = LaunchFailure::Stuck;
            let failed = Event::CampaignLaunchFailed(CampaignLaunchFailed { failure });
            Ok(vec![failed, started(now)])
        }
        Stage::Launching { .. } => Err(Rejection::LaunchInProgress),
        stage => Err(Rejection::NotLaunchable(stage.status())),
    }
}

/// Active, or at once completed when there is nobody to send to.
pub(super) fn activated(campaign: &Present) -> Vec<Event> {
    let activated = Event::CampaignActivated(Nothing {});
    if campaign.census.unfinished() == 0 {
        return vec![activated, Event::CampaignCompleted(Nothing {})];
    }
    vec![activated]
}

pub(super) fn failed(failure: LaunchFailure) -> Event {
    Event::CampaignLaunchFailed(CampaignLaunchFailed { failure })
}

fn started(now: DateTime<Utc>) -> Event {
    Event::CampaignLaunchStarted(CampaignLaunchStarted { started_at: now })
}

fn is_stuck(started_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    Duration::seconds(LAUNCH_STUCK_SECONDS) <= now - started_at
}

fn blockers(campaign: &Present) -> Vec<LaunchBlocker> {
    let nodes = campaign.sequence.nodes();
    let mut blockers = Vec::new();
    if campaign.settings.sender_account_ids.is_empty() {
        blockers.push(LaunchBlocker::NoSenders);
    }
    if campaign.census.total() == 0 {
        blockers.push(LaunchBlocker::NoProspects);
    }
    if !nodes.iter().any(|node| node.kind.is_sendable()) {
        blockers.push(LaunchBlocker::NothingToSend);
    }
    let missing: Vec<usize> = nodes
        .iter()
        .enumerate()
        .filter(|(_, node)| node.lacks_content())
        .map(|(position, _)| position)
        .collect();
    if !missing.is_empty() {
        blockers.push(LaunchBlocker::MissingContent(missing));
    }
    if let Err(bad) = Sequence::new(nodes.to_vec(), campaign.settings.channel.kind()) {
        blockers.push(LaunchBlocker::Sequence(bad));
    }
    blockers
}
