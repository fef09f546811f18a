//! Handing a campaign to the engine, and taking it back.
//!
//! A LinkedIn campaign that is to leave out people whom another campaign of the same user deals
//! with skips them as it is launched. They count as cancelled; a launch that fails puts them back,
//! because the next one may find them free.

use super::Decision;
use crate::event::{CampaignLaunchFailed, CampaignLaunchStarted, Nothing, Prospects};
use crate::{
    Event, Known, LAUNCH_STUCK_SECONDS, LaunchBlocker, LaunchFailure, PROSPECTS_SKIPPED_MAX,
    Present, ProspectId, ProspectStatus, Rejection, Senders, Sequence, Stage,
};
use chrono::{DateTime, Duration, Utc};

/// Only drafts launch, when nothing is missing. A launch that is stuck is rolled back and begun
/// again in one answer (campaign API, sections 1.7 and 2.1).
pub(super) fn launch(campaign: &Present, known: &Known<'_>) -> Decision {
    match &campaign.stage {
        Stage::Draft => {
            let mut blockers = blockers(campaign, known.senders);
            if nobody_is_left(campaign, known) {
                blockers.push(LaunchBlocker::AllElsewhere);
            }
            if !blockers.is_empty() {
                return Err(Rejection::LaunchBlocked(blockers));
            }
            Ok(started(known))
        }
        Stage::Launching { started_at } if is_stuck(*started_at, known.now) => {
            if nobody_is_left(campaign, known) {
                return Err(Rejection::LaunchBlocked(vec![LaunchBlocker::AllElsewhere]));
            }
            let mut events = vec![failed(LaunchFailure::Stuck)];
            events.extend(started(known));
            Ok(events)
        }
        Stage::Launching { .. } => Err(Rejection::LaunchInProgress),
        stage => Err(Rejection::NotLaunchable(stage.status())),
    }
}

/// An engine whose answer was lost says again that it has taken the campaign up; whatever the
/// campaign has come to since, that is no news.
pub(super) fn activate(campaign: &Present, stage: &Stage) -> Decision {
    match stage {
        Stage::Launching { .. } => Ok(activated(campaign)),
        Stage::Active | Stage::Paused { .. } | Stage::Completed => Ok(vec![]),
        Stage::Draft => Err(Rejection::NotLaunching(stage.status())),
    }
}

/// Rolled back to draft. Saying so again is no news, and neither is that an older launch failed:
/// it was given up when the one under way began.
pub(super) fn fail(
    stage: &Stage,
    failure: LaunchFailure,
    launch: Option<DateTime<Utc>>,
) -> Decision {
    match stage {
        Stage::Launching { started_at } if launch.is_none_or(|named| named == *started_at) => {
            Ok(vec![failed(failure)])
        }
        Stage::Launching { .. } | Stage::Draft => Ok(vec![]),
        Stage::Active | Stage::Paused { .. } | Stage::Completed => {
            Err(Rejection::NotLaunching(stage.status()))
        }
    }
}

/// Active, or at once completed when there is nobody to send to.
fn activated(campaign: &Present) -> Vec<Event> {
    let activated = Event::CampaignActivated(Nothing {});
    if campaign.census.unfinished() == 0 {
        return vec![activated, Event::CampaignCompleted(Nothing {})];
    }
    vec![activated]
}

fn failed(failure: LaunchFailure) -> Event {
    Event::CampaignLaunchFailed(CampaignLaunchFailed { failure })
}

fn started(known: &Known<'_>) -> Vec<Event> {
    let started_at = known.now;
    let mut events = vec![Event::CampaignLaunchStarted(CampaignLaunchStarted {
        started_at,
    })];
    let skipped = left_out(known);
    events.extend(skipped.chunks(PROSPECTS_SKIPPED_MAX).map(|skipped| {
        let prospect_ids = skipped.to_vec();
        Event::ProspectsSkipped(Prospects { prospect_ids })
    }));
    events
}

/// Whom a launch leaves out.
fn left_out(known: &Known<'_>) -> Vec<ProspectId> {
    let elsewhere = known.people.elsewhere.iter().copied();
    elsewhere
        .filter(|id| known.roster.find(*id).is_some())
        .collect()
}

/// Whoever a launch that failed has skipped is counted: they are put back first.
fn nobody_is_left(campaign: &Present, known: &Known<'_>) -> bool {
    let skipped = left_out(known).len();
    let total = usize::try_from(campaign.census.total()).unwrap_or(usize::MAX);
    0 < total && total <= skipped
}

fn is_stuck(started_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    Duration::seconds(LAUNCH_STUCK_SECONDS) <= now - started_at
}

/// What a draft lacks.
pub(crate) fn blockers(campaign: &Present, senders: &Senders) -> Vec<LaunchBlocker> {
    let settings = &campaign.settings;
    let nodes = campaign.sequence.nodes();
    let mut blockers = Vec::new();
    if settings.sender_account_ids.is_empty() {
        blockers.push(LaunchBlocker::NoSenders);
    }
    let (channel, ids) = (settings.channel.kind(), &settings.sender_account_ids);
    let unready = senders.unready(channel, ids);
    if !unready.is_empty() {
        blockers.push(LaunchBlocker::UnreadySenders(unready));
    }
    if campaign.census.with_status(ProspectStatus::Pending) == 0 {
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
    if let Err(bad) = Sequence::new(nodes.to_vec(), channel) {
        blockers.push(LaunchBlocker::Sequence(bad));
    }
    blockers
}
