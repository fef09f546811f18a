//! What is true after an event. Decides nothing: the event already happened.
//!
//! An event that cannot follow is corruption of the log, and is said so ([`BrokenHistory`]); the
//! state is then worthless and must be dropped.

mod prospects;

use crate::event::CampaignCreated;
use crate::{Campaign, Census, DailyTally, Event, Present, Roster, Sequence, Stage};
use std::sync::Arc;

/// A campaign with the prospects at hand.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    /// The campaign.
    pub campaign: Campaign,
    /// Its prospects: all of them in a replay, the ones a decision needs in a lane.
    pub roster: Roster,
}

/// A history that no decisions of this crate could have made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{event} cannot follow here: the history is broken")]
pub struct BrokenHistory {
    /// The type of the event that cannot follow.
    pub event: &'static str,
}

/// Folds a history, oldest first.
///
/// # Errors
/// When an event cannot follow.
pub fn replay<'a>(history: impl IntoIterator<Item = &'a Event>) -> Result<State, BrokenHistory> {
    let mut state = State::default();
    for event in history {
        evolve(&mut state.campaign, &mut state.roster, event)?;
    }
    Ok(state)
}

/// Applies one event.
///
/// # Errors
/// When the event cannot follow. What was passed in is then worthless.
pub fn evolve(
    campaign: &mut Campaign,
    roster: &mut Roster,
    event: &Event,
) -> Result<(), BrokenHistory> {
    let broken = || BrokenHistory {
        event: event.event_type(),
    };
    match (&mut *campaign, event) {
        (Campaign::Absent, Event::CampaignCreated(created)) => {
            *campaign = Campaign::Present(Box::new(drafted(created).ok_or_else(broken)?));
            Ok(())
        }
        (Campaign::Present(_), Event::CampaignDeleted(_)) => {
            *campaign = Campaign::Deleted;
            roster.clear();
            Ok(())
        }
        (Campaign::Present(present), event) => {
            of_present(present, roster, event).ok_or_else(broken)
        }
        (Campaign::Absent | Campaign::Deleted, _) => Err(broken()),
    }
}

/// `None` when the event cannot follow.
fn of_present(campaign: &mut Present, roster: &mut Roster, event: &Event) -> Option<()> {
    if let Some(stage) = stage_after(&campaign.stage, event) {
        if let Event::CampaignLaunchFailed(_) = event {
            campaign.census.put_back();
            roster.put_back();
        }
        campaign.stage = stage;
        return Some(());
    }
    match event {
        Event::CampaignSettingsChanged(changed) => {
            let same_channel = changed.settings.channel.kind() == campaign.settings.channel.kind();
            campaign.settings = Arc::new(changed.settings.clone());
            same_channel.then_some(())
        }
        Event::CampaignSequenceChanged(changed) if campaign.stage == Stage::Draft => {
            campaign.sequence = Arc::new(Sequence::restored(changed.nodes.clone()));
            Some(())
        }
        event => prospects::evolve(campaign, roster, event),
    }
}

/// The edges of the state machine (campaign API, section 2.1).
fn stage_after(stage: &Stage, event: &Event) -> Option<Stage> {
    match (stage, event) {
        (Stage::Draft, Event::CampaignLaunchStarted(started)) => Some(Stage::Launching {
            started_at: started.started_at,
        }),
        (Stage::Launching { .. }, Event::CampaignLaunchFailed(_)) => Some(Stage::Draft),
        (Stage::Launching { .. }, Event::CampaignActivated(_)) => Some(Stage::Active),
        (Stage::Active, Event::CampaignPaused(paused)) => Some(Stage::Paused {
            cause: paused.cause,
        }),
        (Stage::Paused { .. }, Event::CampaignResumed(_)) => Some(Stage::Active),
        (Stage::Active, Event::CampaignCompleted(_)) => Some(Stage::Completed),
        _ => None,
    }
}

fn drafted(created: &CampaignCreated) -> Option<Present> {
    let channel = created.settings.channel.kind();
    let sequence = Sequence::new(created.nodes.clone(), channel).ok()?;
    Some(Present {
        user_id: created.user_id,
        settings: Arc::new(created.settings.clone()),
        sequence: Arc::new(sequence),
        stage: Stage::Draft,
        census: Census::default(),
        tally: DailyTally::default(),
    })
}
