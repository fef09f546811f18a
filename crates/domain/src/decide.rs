//! The rules: which events a command causes, or why it is refused.
//!
//! A table of (state, command). Whoever is not a line of it is refused in the last arms. The
//! rules that need more than a line stand beside, by subject: `assigning`, `editing`, `launching`,
//! `permits`, `progress`. What follows by itself (the bounce guard, completion) is decided in `progress`
//! and `resumed`, in the same answer as what caused it.

mod assigning;
mod editing;
mod erasing;
mod launching;
mod permits;
mod progress;

pub(crate) use launching::blockers;

use crate::event::{CampaignCreated, CampaignPaused, Nothing};
use crate::{
    Campaign, Command, Event, Known, PauseCause, Present, Rejection, Sequence, Settings, Stage,
};

/// What a decision comes to. No events means that everything is already as asked.
pub(crate) type Decision = Result<Vec<Event>, Rejection>;

/// Which events `command` causes, or why it is refused.
///
/// # Errors
/// The refusal. Nothing happened.
pub fn decide(campaign: &Campaign, command: &Command, known: &Known<'_>) -> Decision {
    match (campaign, command) {
        (Campaign::Absent, Command::Create { .. }) => create(command, known),
        (_, Command::Create { .. }) => Err(Rejection::AlreadyExists),
        (Campaign::Absent | Campaign::Deleted, _) => Err(Rejection::NotFound),
        (Campaign::Present(present), command) => of_present(present, command, known),
    }
}

fn of_present(campaign: &Present, command: &Command, known: &Known<'_>) -> Decision {
    match (&campaign.stage, command) {
        (Stage::Active, Command::Pause) => Ok(vec![paused(campaign, PauseCause::Requested)]),
        (stage, Command::Pause) => Err(Rejection::NotActive(stage.status())),

        (Stage::Paused { .. }, Command::Resume) => Ok(resumed(campaign)),
        (stage, Command::Resume) => Err(Rejection::NotPaused(stage.status())),

        (_, Command::Launch) => launching::launch(campaign, known),
        (stage, Command::Activate) => launching::activate(campaign, stage),
        (stage, Command::FailLaunch { failure, launch }) => {
            launching::fail(stage, *failure, *launch)
        }

        (_, Command::ReviewBounces) => Ok(progress::bounces_reviewed(campaign)),
        (_, Command::Delete) => Ok(vec![Event::CampaignDeleted(Nothing {})]),
        (_, Command::EraseProspect(id)) => erasing::erase(campaign, *id, known),

        (_, Command::RequestPermit { .. }) => permits::request(campaign, command, known),
        (_, Command::ReportSent { .. } | Command::ReportFailed { .. }) => {
            permits::report(campaign, command, known)
        }
        (
            _,
            Command::ReportProgress {
                prospect_id,
                progress,
            },
        ) => progress::report(campaign, *prospect_id, *progress, known),
        (_, command) => edit(campaign, command, known),
    }
}

/// Changing what the campaign is told to be: settings at any time, as far as the status lets
/// them through; the sequence and the prospects of drafts alone.
fn edit(campaign: &Present, command: &Command, known: &Known<'_>) -> Decision {
    match (&campaign.stage, command) {
        (_, Command::ChangeSettings(patch)) => editing::change_settings(campaign, patch, known),
        (Stage::Draft, Command::ReplaceSequence(nodes)) => {
            editing::replace_sequence(campaign, nodes)
        }
        (_, Command::ReplaceSequence(_)) => Ok(vec![]),
        (_, Command::Update { patch, nodes }) => {
            editing::update(campaign, patch, nodes.as_deref(), known)
        }
        (Stage::Draft, Command::AddProspects(ids)) => editing::add_prospects(campaign, ids, known),
        (Stage::Draft, Command::EditProspect(id)) => editing::edit_prospect(campaign, *id, known),
        (Stage::Draft, Command::RemoveProspects(ids)) => editing::remove_prospects(ids, known),
        (Stage::Draft, Command::RemoveAllProspects) => Ok(editing::remove_all(campaign)),
        (Stage::Draft, command) => editing::edit_sequence(campaign, command),
        (stage, _) => Err(Rejection::NotDraft(stage.status())),
    }
}

fn create(command: &Command, known: &Known<'_>) -> Decision {
    let Command::Create {
        user_id,
        settings,
        nodes,
    } = command
    else {
        return Err(Rejection::NotFound);
    };
    if known.name_owner.is_some() {
        return Err(Rejection::NameTaken);
    }
    let channel = settings.channel.kind();
    Sequence::new(nodes.clone(), channel).map_err(Rejection::Sequence)?;
    let sender_account_ids = assigning::assigned(&settings.sender_account_ids, channel, known)?;
    Ok(vec![Event::CampaignCreated(Box::new(CampaignCreated {
        user_id: *user_id,
        settings: Settings {
            sender_account_ids,
            ..(**settings).clone()
        },
        nodes: nodes.clone(),
    }))])
}

pub(crate) fn paused(campaign: &Present, cause: PauseCause) -> Event {
    let sends_in_flight = campaign.census.open_permits;
    Event::CampaignPaused(CampaignPaused {
        cause,
        sends_in_flight,
    })
}

/// Resuming what is finished goes on to completed (campaign API, section 1.9).
fn resumed(campaign: &Present) -> Vec<Event> {
    let resumed = Event::CampaignResumed(Nothing {});
    if campaign.census.unfinished() == 0 {
        vec![resumed, Event::CampaignCompleted(Nothing {})]
    } else {
        vec![resumed]
    }
}
