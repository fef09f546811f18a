//! People behind the ids: who is added once, who is changed, who is left out, who is forgotten.
//!
//! Who somebody is stands outside of the log; a rule is told whether they can be reached and
//! whether they are the same as somebody else (campaign API, section 1.12).

use crate::cast::{linkedin_nodes, linkedin_settings, now, prospect};
use crate::given::{Acquaintance, Given, given, no_news, refused};
use crate::verbs::{
    active, added, all_done, completed, details_changed, draft, drafted_as, ended, erased,
    every_status, launched_at, launching, paused, permitted, removed, sent, skipped,
};
use chrono::Duration;
use domain::event::{CampaignLaunchFailed, Prospects};
use domain::{
    ChannelKind, Command, Event, LaunchBlocker, LaunchFailure, Progress, ProspectStatus, Rejection,
    Status,
};

fn unreachable(row: usize) -> Acquaintance {
    Acquaintance {
        unreachable: Some(row),
        ..Acquaintance::default()
    }
}

fn repeated(numbers: impl IntoIterator<Item = u128>) -> Acquaintance {
    Acquaintance {
        repeated: numbers.into_iter().map(prospect).collect(),
        ..Acquaintance::default()
    }
}

fn on_file() -> Acquaintance {
    Acquaintance {
        on_file: true,
        ..Acquaintance::default()
    }
}

/// A LinkedIn draft with prospects 1 to `count`.
fn linkedin(count: u128) -> Given {
    given([
        drafted_as(linkedin_settings(), linkedin_nodes()),
        added(count),
    ])
}

fn failed(failure: LaunchFailure) -> Event {
    Event::CampaignLaunchFailed(CampaignLaunchFailed { failure })
}

// Adding.

#[test]
fn whoever_is_in_the_campaign_already_is_not_added_again() {
    let campaign = given(draft(1)).knowing(repeated([3]));

    let outcome = campaign.when(Command::AddProspects(vec![prospect(2), prospect(3)]));

    let prospect_ids = vec![prospect(2)];
    outcome.then(Ok(&[Event::ProspectsAdded(Prospects { prospect_ids })]));
}

#[test]
fn a_call_of_nothing_but_duplicates_is_no_news() {
    let campaign = given(draft(1)).knowing(repeated([2, 3]));

    let outcome = campaign.when(Command::AddProspects(vec![prospect(2), prospect(3)]));

    outcome.then(no_news());
}

#[test]
fn a_row_without_identity_is_refused_by_its_index_and_nobody_is_added() {
    let email = given(draft(0)).knowing(unreachable(7));
    let on_linkedin = linkedin(0).knowing(unreachable(0));

    let add = || Command::AddProspects(vec![prospect(1), prospect(2)]);
    let told = [email, on_linkedin].map(|campaign| campaign.when(add()).rejection());

    assert_eq!(
        told.each_ref().map(Rejection::code),
        ["identity_missing"; 2]
    );
    assert_eq!(
        told.map(|rejection| rejection.to_string()),
        [
            "prospects[7] has no usable email, by which this campaign reaches people",
            "prospects[0] has no usable linkedin_url, by which this campaign reaches people",
        ]
    );
}

// Editing.

#[test]
fn what_is_on_file_about_a_prospect_changes_in_a_draft() {
    let outcome = given(draft(1)).when(Command::EditProspect(prospect(1)));

    let after = outcome.then(Ok(&[details_changed(1)]));
    assert_eq!(after.prospect(1).status, ProspectStatus::Pending);
}

#[test]
fn an_edit_that_changes_nothing_is_no_news() {
    let unchanged = Acquaintance {
        unchanged: true,
        ..on_file()
    };

    let outcome = given(draft(1))
        .knowing(unchanged)
        .when(Command::EditProspect(prospect(1)));

    outcome.then(no_news());
}

#[test]
fn an_edit_does_not_put_a_prospect_out_of_reach() {
    let campaign = given(draft(1)).knowing(unreachable(0));

    let rejection = campaign
        .when(Command::EditProspect(prospect(1)))
        .rejection();

    assert_eq!(rejection, Rejection::IdentityRequired(ChannelKind::Email));
    assert_eq!(
        rejection.to_string(),
        "email is required: this campaign reaches people by it"
    );
}

#[test]
fn an_edit_does_not_make_two_prospects_one_person() {
    let campaign = linkedin(2).knowing(repeated([1]));

    let rejection = campaign
        .when(Command::EditProspect(prospect(1)))
        .rejection();

    assert_eq!(rejection, Rejection::IdentityTaken(ChannelKind::Linkedin));
    assert_eq!(rejection.code(), "duplicate_prospect");
}

#[test]
fn only_somebody_of_the_campaign_is_edited() {
    let outcome = given(draft(1)).when(Command::EditProspect(prospect(2)));

    outcome.then(refused("prospect_not_found"));
}

#[test]
fn the_roster_is_frozen_after_draft() {
    for (status, history) in every_status() {
        if status == Status::Draft {
            continue;
        }
        for command in [
            Command::AddProspects(vec![prospect(9)]),
            Command::EditProspect(prospect(1)),
            Command::RemoveProspects(vec![prospect(1)]),
            Command::RemoveAllProspects,
        ] {
            let rejection = given(history.clone()).when(command).rejection();

            assert_eq!(rejection, Rejection::NotDraft(status));
        }
    }
}

// Leaving out whom another campaign deals with.

#[test]
fn a_launch_leaves_out_whom_another_campaign_deals_with() {
    let campaign = linkedin(3).with_elsewhere([1, 3]);

    let outcome = campaign.when(Command::Launch);

    let after = outcome.then(Ok(&[launched_at(now()), skipped([1, 3])]));
    let statuses = [1, 2, 3].map(|number| after.prospect(number).status);
    let (left_out, waits) = (ProspectStatus::Cancelled, ProspectStatus::Pending);
    assert_eq!(statuses, [left_out, waits, left_out]);
    assert_eq!(after.campaign().census.with_status(waits), 1);
}

#[test]
fn nothing_is_launched_when_everybody_is_elsewhere() {
    let campaign = linkedin(2).with_elsewhere([1, 2]);

    let rejection = campaign.when(Command::Launch).rejection();

    let blockers = vec![LaunchBlocker::AllElsewhere];
    assert_eq!(rejection, Rejection::LaunchBlocked(blockers));
    assert_eq!(
        rejection.to_string(),
        "Every lead is in another campaign already; nothing to send"
    );
}

#[test]
fn no_event_names_more_than_a_thousand_who_are_left_out() {
    let campaign = linkedin(2_502).with_elsewhere(1..=2_500);

    let outcome = campaign.when(Command::Launch);

    let sizes: Vec<_> = outcome
        .decision()
        .unwrap()
        .iter()
        .filter_map(|event| match event {
            Event::ProspectsSkipped(skipped) => Some(skipped.prospect_ids.len()),
            _ => None,
        })
        .collect();
    assert_eq!(sizes, [1_000, 1_000, 500]);
    let after = outcome.after();
    assert_eq!(after.campaign().census.unfinished(), 2);
}

#[test]
fn whom_a_failed_launch_left_out_waits_again() {
    let launched = linkedin(3).and([launched_at(now()), skipped([1, 3])]);
    let failure = LaunchFailure::Dispatch;

    let outcome = launched.when(Command::FailLaunch {
        failure,
        launch: None,
    });

    let after = outcome.then(Ok(&[failed(failure)]));
    assert_eq!(after.status(), Status::Draft);
    for number in [1, 2, 3] {
        assert_eq!(after.prospect(number).status, ProspectStatus::Pending);
    }
    let census = &after.campaign().census;
    assert_eq!(
        census.by_status().into_iter().collect::<Vec<_>>(),
        [(ProspectStatus::Pending, 3)]
    );
}

#[test]
fn a_stuck_launch_looks_anew_whom_to_leave_out() {
    let later = now() + Duration::seconds(120);
    let launched = linkedin(3).and([launched_at(now()), skipped([1])]);

    let outcome = launched.at(later).with_elsewhere([2]).when(Command::Launch);

    let after = outcome.then(Ok(&[
        failed(LaunchFailure::Stuck),
        launched_at(later),
        skipped([2]),
    ]));
    assert_eq!(after.prospect(1).status, ProspectStatus::Pending);
    assert_eq!(after.prospect(2).status, ProspectStatus::Cancelled);
}

#[test]
fn a_stuck_launch_goes_on_waiting_when_everybody_is_elsewhere_by_now() {
    let later = now() + Duration::seconds(120);
    let launched = linkedin(2).and([launched_at(now()), skipped([1])]);

    let outcome = launched
        .at(later)
        .with_elsewhere([1, 2])
        .when(Command::Launch);

    outcome.then(refused("launch_blocked"));
}

#[test]
fn a_campaign_whose_pending_prospects_were_all_left_out_completes_as_it_becomes_active() {
    let launched = linkedin(2).and([launched_at(now()), skipped([1]), removed(2)]);

    let after = launched.when(Command::Activate).after();

    assert_eq!(after.status(), Status::Completed);
}

// Forgetting.

#[test]
fn whoever_is_forgotten_before_the_start_is_taken_out() {
    for history in [draft(2), launching(2)] {
        let outcome = given(history)
            .knowing(on_file())
            .when(Command::EraseProspect(prospect(1)));

        let after = outcome.then(Ok(&[removed(1)]));
        assert_eq!(after.campaign().census.total(), 1);
    }
}

#[test]
fn whoever_is_forgotten_under_way_is_cancelled() {
    for history in [active(2), paused(2)] {
        let outcome = given(history)
            .knowing(on_file())
            .when(Command::EraseProspect(prospect(1)));

        let after = outcome.then(Ok(&[erased(1)]));
        assert_eq!(after.prospect(1).status, ProspectStatus::Cancelled);
        assert_eq!(after.campaign().census.total(), 2);
    }
}

#[test]
fn forgetting_the_last_one_under_way_completes_the_campaign() {
    let history = [active(2), vec![ended(2, Progress::Completed)]].concat();

    let outcome = given(history)
        .knowing(on_file())
        .when(Command::EraseProspect(prospect(1)));

    let after = outcome.then(Ok(&[erased(1), all_done()]));
    assert_eq!(after.status(), Status::Completed);
}

#[test]
fn whoever_is_done_stays_where_they_are_when_they_are_forgotten() {
    let outcome = given(completed(2))
        .knowing(on_file())
        .when(Command::EraseProspect(prospect(1)));

    let after = outcome.then(Ok(&[erased(1)]));
    assert_eq!(after.prospect(1).status, ProspectStatus::Completed);
    assert_eq!(after.status(), Status::Completed);
}

#[test]
fn forgetting_somebody_twice_is_no_news() {
    for history in [
        [active(2), vec![erased(1)]].concat(),
        [completed(2), vec![erased(1)]].concat(),
    ] {
        let outcome = given(history).when(Command::EraseProspect(prospect(1)));

        outcome.then(no_news());
    }
}

#[test]
fn a_send_in_flight_to_somebody_who_was_forgotten_still_counts() {
    let history = [active(2), vec![permitted(1, crate::cast::FIRST), erased(1)]].concat();

    let after = given(history)
        .and([sent(1, crate::cast::FIRST)])
        .state()
        .campaign
        .present()
        .cloned()
        .unwrap();

    assert_eq!(after.census.reached.sent, 1);
    assert_eq!(after.census.open_permits, 0);
    assert_eq!(after.census.with_status(ProspectStatus::Cancelled), 1);
}

#[test]
fn only_somebody_of_the_campaign_is_forgotten() {
    for (_, history) in every_status() {
        let outcome = given(history).when(Command::EraseProspect(prospect(9)));

        outcome.then(refused("prospect_not_found"));
    }
}
