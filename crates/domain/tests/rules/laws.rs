//! Laws: what is true of every history that decisions can make.
//!
//! Each is tried on random runs of commands. That the runs come by everything that can happen is
//! a test of its own, so that no law holds for want of a case.

use crate::chance::plans;
use crate::examples::examples;
use crate::histories::{Life, Plan, Taken};
use crate::recount::{self, Story};
use domain::{
    Event, Prospect, ProspectId, ProspectStatus, Rejection, Roster, State, Status, decide, evolve,
    moved_to, parse_event, replay,
};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use std::collections::{BTreeSet, HashSet};

const CASES: u32 = 256;

/// Every word that a decision refuses with.
const REFUSALS: &str = "
    account_limit account_not_in_campaign already_permitted campaign_exists campaign_name_taken campaign_not_active
    campaign_not_draft campaign_not_found campaign_not_launching campaign_not_paused
    campaign_not_running daily_limit duplicate_prospect identity_missing invalid_request invalid_senders
    invalid_sequence launch_blocked
    launch_in_progress node_not_found nothing_to_send outside_operating_hours paused permit_closed
    other_channel permit_not_found prospect_elsewhere prospect_not_found prospect_terminal";

fn tried() -> ProptestConfig {
    ProptestConfig {
        cases: CASES,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

fn status(state: &State) -> Option<Status> {
    state
        .campaign
        .present()
        .map(|present| present.stage.status())
}

fn life(plan: &Plan) -> Life {
    Life::of(plan).expect("decided events evolve")
}

proptest! {
    #![proptest_config(tried())]

    #[test]
    fn whatever_is_decided_can_be_evolved(plan in plans()) {
        let life = Life::of(&plan);

        prop_assert!(life.is_ok(), "{:?}", life.err());
    }

    #[test]
    fn replaying_a_history_gives_the_state_that_the_steps_gave(plan in plans()) {
        let life = life(&plan);

        prop_assert_eq!(replay(life.history()), Ok(life.state().clone()));
    }

    #[test]
    fn the_census_equals_a_recount(plan in plans()) {
        let life = life(&plan);

        let mut story = Story::default();
        life.beginning().iter().for_each(|event| story.goes_on(event));
        census_equals_recount(&life.begun, &story)?;
        for taken in &life.taken {
            taken.events().iter().for_each(|event| story.goes_on(event));
            census_equals_recount(&taken.after, &story)?;
        }
    }

    #[test]
    fn the_events_that_move_a_campaign_are_known(plan in plans()) {
        let life = life(&plan);

        for taken in &life.taken {
            let moved = |status, event: &Event| moved_to(event.event_type()).unwrap_or(status);
            let told = taken.events().iter().fold(status(&taken.before), moved);
            prop_assert_eq!(told, status(&taken.after));
        }
    }

    #[test]
    fn after_a_pause_nothing_is_permitted_until_a_resume(plan in plans()) {
        let life = life(&plan);

        let mut paused = false;
        for event in life.history() {
            match event {
                Event::CampaignPaused(_) => paused = true,
                Event::CampaignResumed(_) => paused = false,
                Event::SendPermitted(_) => prop_assert!(!paused, "{:?}", event),
                _ => {}
            }
        }
    }

    #[test]
    fn a_pause_names_as_many_sends_in_flight_as_there_are_open_permits(plan in plans()) {
        let life = life(&plan);

        let mut story = Story::default();
        for event in life.history() {
            story.goes_on(event);
            if let Event::CampaignPaused(paused) = event {
                prop_assert_eq!(paused.sends_in_flight, story.open_permits());
            }
        }
    }

    #[test]
    fn no_step_is_permitted_twice_for_a_prospect(plan in plans()) {
        let life = life(&plan);

        let mut permitted = HashSet::new();
        for event in life.history() {
            if let Event::SendPermitted(permit) = event {
                prop_assert!(permitted.insert((permit.prospect_id, permit.node_id)));
            }
        }
    }

    #[test]
    fn a_status_never_goes_back_and_leaves_a_terminal_one_only_by_late_news(plan in plans()) {
        let life = life(&plan);

        for taken in &life.taken {
            for (id, before) in taken.before.roster.iter() {
                let Some(after) = taken.after.roster.find(id) else { continue };
                let late = matches!(
                    (before.status, after.status),
                    (ProspectStatus::Completed | ProspectStatus::TimedOut,
                     ProspectStatus::Replied | ProspectStatus::Bounced)
                );
                let forward = !before.status.is_terminal() && before.status < after.status;
                // Whom a launch left out waits again when it fails.
                let put_back = taken.events().iter().any(is_failed_launch);
                prop_assert!(late || forward || put_back || before.status == after.status);
            }
        }
    }

    #[test]
    fn an_event_that_is_written_and_read_is_the_same(plan in plans()) {
        let life = life(&plan);

        for event in life.history() {
            let payload = event.payload().unwrap();
            let read = parse_event(event.event_type(), event.schema_version(), &payload);
            prop_assert_eq!(&read.unwrap(), event);
        }
    }

    #[test]
    fn the_prospects_that_a_command_names_are_all_that_its_decision_needs(plan in plans()) {
        let life = life(&plan);

        let mut campaign = life.begun.campaign.clone();
        for taken in &life.taken {
            let (named, skipped) = (taken.step.command.prospects(), &taken.step.people.elsewhere);
            let ids = &[named, skipped.as_slice()].concat();
            let mut named = roster_of(ids, &taken.before.roster);
            let known = taken.step.known(taken.now, &named);
            let decision = decide(&campaign, &taken.step.command, &known);
            prop_assert_eq!(&decision, &taken.decision);

            for event in decision.iter().flatten() {
                let evolved = evolve(&mut campaign, &mut named, event);
                prop_assert!(evolved.is_ok(), "{:?}", evolved);
            }
            prop_assert_eq!(&campaign, &taken.after.campaign);
            prop_assert_eq!(named, roster_of(ids, &taken.after.roster));
        }
    }
}

#[test]
fn the_random_runs_come_by_every_event_and_every_refusal() {
    let mut runner = TestRunner::deterministic();
    let strategy = plans();
    let lives = (0..16 * CASES).map(|_| life(&strategy.new_tree(&mut runner).unwrap().current()));

    let mut seen = BTreeSet::new();
    for life in lives {
        seen.extend(life.history().map(Event::event_type));
        let refused = |taken: &Taken| taken.decision.as_ref().err().map(Rejection::code);
        seen.extend(life.taken.iter().filter_map(refused));
    }

    let events = examples()
        .into_iter()
        .map(|example| example.event.event_type());
    let missing: Vec<_> = events
        .chain(REFUSALS.split_whitespace())
        .filter(|word| !seen.contains(word))
        .collect();
    assert_eq!(missing, Vec::<&str>::new());
}

fn is_failed_launch(event: &Event) -> bool {
    matches!(event, Event::CampaignLaunchFailed(_))
}

fn census_equals_recount(state: &State, story: &Story) -> Result<(), TestCaseError> {
    let Some(present) = state.campaign.present() else {
        return Ok(());
    };
    let (census, roster) = (&present.census, &state.roster);
    prop_assert_eq!(census.by_node(), recount::by_node(roster));
    prop_assert_eq!(census.by_status(), recount::by_status(roster));
    prop_assert_eq!(census.total(), recount::total(roster));
    prop_assert_eq!(census.unfinished(), recount::unfinished(roster));
    prop_assert_eq!(census.open_permits, recount::open_permits(roster));
    prop_assert_eq!(census.open_permits, story.open_permits());
    prop_assert_eq!(census.reached, story.reached());
    Ok(())
}

fn roster_of(ids: &[ProspectId], whole: &Roster) -> Roster {
    let mut roster = Roster::default();
    for id in ids {
        if let Some(prospect) = whole.find(*id) {
            roster.put(*id, Prospect::clone(prospect));
        }
    }
    roster
}
