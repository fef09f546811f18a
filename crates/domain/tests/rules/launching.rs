//! Handing a campaign to the engine and taking it back (campaign API, sections 1.7 and 2.1).

use crate::cast::{
    END, FIRST, SECOND, WAIT, email_nodes, email_settings, end, linkedin_nodes, linkedin_settings,
    mail, message, node, now, prospect, reply, wait,
};
use crate::given::{given, refused};
use crate::verbs::{
    activated, added, all_done, draft, drafted_as, every_status, launched_at, launching,
};
use chrono::{DateTime, Duration, Utc};
use domain::event::{CampaignLaunchFailed, CampaignSequenceChanged, Prospects};
use domain::{
    Command, Content, Event, LaunchBlocker, LaunchFailure, Node, NodeKind, Rejection, Settings,
    Status,
};

fn launch_failed(failure: LaunchFailure) -> Event {
    Event::CampaignLaunchFailed(CampaignLaunchFailed { failure })
}

/// What a launch of such a draft, with one prospect, lacks.
fn blockers_of(settings: Settings, nodes: Vec<Node>) -> Vec<LaunchBlocker> {
    let steps = Event::CampaignSequenceChanged(CampaignSequenceChanged { nodes });
    let seed = match settings.channel.kind() {
        domain::ChannelKind::Email => email_nodes(),
        domain::ChannelKind::Linkedin => linkedin_nodes(),
    };
    let campaign = given([drafted_as(settings, seed), added(1), steps]);
    match campaign.when(Command::Launch).decision() {
        Ok(_) => vec![],
        Err(Rejection::LaunchBlocked(blockers)) => blockers.clone(),
        Err(other) => panic!("refused for another reason: {other}"),
    }
}

#[test]
fn a_draft_that_lacks_nothing_is_launched() {
    let campaign = given(draft(2));

    let outcome = campaign.when(Command::Launch);

    let after = outcome.then(Ok(&[launched_at(now())]));
    assert_eq!(after.status(), Status::Launching);
    assert_eq!(after.campaign().stats().unwrap().total, 2);
}

#[test]
fn a_draft_without_senders_prospects_or_anything_to_send_is_not_launched() {
    let settings = Settings {
        sender_account_ids: vec![],
        ..email_settings()
    };
    let campaign = given([drafted_as(settings, vec![end(END)])]);

    let rejection = campaign.when(Command::Launch).rejection();

    assert_eq!(rejection.code(), "launch_blocked");
    assert_eq!(
        rejection.to_string(),
        "No sender accounts assigned; No pending leads; No sendable nodes in the sequence"
    );
}

#[test]
fn prospects_who_were_taken_out_again_are_nobody_to_launch_for() {
    let removed = Event::ProspectsRemoved(Prospects {
        prospect_ids: vec![prospect(1)],
    });
    let campaign = given(draft(1)).and([removed]);

    let rejection = campaign.when(Command::Launch).rejection();

    assert_eq!(
        rejection,
        Rejection::LaunchBlocked(vec![LaunchBlocker::NoProspects])
    );
}

#[test]
fn steps_without_content_block_a_launch_by_their_positions() {
    let steps = vec![
        mail(FIRST, "", "Hello"),
        wait(WAIT, 1),
        mail(SECOND, "Again", "  "),
        reply(crate::cast::node_id(9), "Well?"),
        end(END),
    ];

    let blockers = blockers_of(email_settings(), steps);

    assert_eq!(blockers, [LaunchBlocker::MissingContent(vec![0, 2])]);
    assert_eq!(
        blockers[0].to_string(),
        "Nodes with missing content at positions 0, 2"
    );
}

#[test]
fn a_reply_needs_no_subject_of_its_own() {
    let steps = vec![
        mail(FIRST, "A question", "Hello"),
        reply(SECOND, "Well?"),
        end(END),
    ];

    let blockers = blockers_of(email_settings(), steps);

    assert_eq!(blockers, []);
}

#[test]
fn an_invitation_needs_a_text_only_if_it_carries_one() {
    for (include_message, blocked) in [(None, false), (Some(false), false), (Some(true), true)] {
        let content = Content {
            include_message,
            ..Content::default()
        };
        let invitation = Node {
            content,
            ..node(FIRST, NodeKind::ConnectionRequest)
        };

        let blockers = blockers_of(linkedin_settings(), vec![invitation, end(END)]);

        assert_eq!(!blockers.is_empty(), blocked, "{include_message:?}");
    }
}

#[test]
fn a_message_needs_a_text() {
    let steps = vec![message(FIRST, ""), end(END)];

    let blockers = blockers_of(linkedin_settings(), steps);

    assert_eq!(blockers, [LaunchBlocker::MissingContent(vec![0])]);
}

#[test]
fn a_draft_that_lost_its_end_cannot_be_launched() {
    let steps = vec![mail(FIRST, "A question", "Hello")];

    let blockers = blockers_of(email_settings(), steps);

    assert!(
        matches!(blockers[..], [LaunchBlocker::Sequence(_)]),
        "{blockers:?}"
    );
    assert_eq!(
        blockers[0].to_string(),
        "sequence_nodes must finish with one end node"
    );
}

#[test]
fn a_delay_out_of_range_is_found_at_the_launch() {
    let steps = vec![mail(FIRST, "A question", "Hello"), wait(WAIT, 31), end(END)];

    let blockers = blockers_of(email_settings(), steps);

    assert_eq!(
        blockers[0].to_string(),
        "sequence_nodes[1]: a delay must be between 1 minute and 30 days"
    );
}

#[test]
fn a_launch_is_in_progress_for_119_seconds() {
    let campaign = given(launching(2)).at(now() + Duration::seconds(119));

    let outcome = campaign.when(Command::Launch);

    outcome.then(refused("launch_in_progress"));
}

#[test]
fn a_launch_is_stuck_after_120_seconds_and_begins_again() {
    let later = now() + Duration::seconds(120);
    let campaign = given(launching(2)).at(later);

    let outcome = campaign.when(Command::Launch);

    let again = [launch_failed(LaunchFailure::Stuck), launched_at(later)];
    let after = outcome.then(Ok(&again));
    assert_eq!(after.status(), Status::Launching);
}

#[test]
fn what_was_active_once_is_never_launched_again() {
    for (status, history) in every_status() {
        if matches!(status, Status::Draft | Status::Launching) {
            continue;
        }

        let rejection = given(history).when(Command::Launch).rejection();

        let word = status.as_str();
        assert_eq!(rejection.code(), "campaign_not_draft");
        assert_eq!(
            rejection.to_string(),
            format!("Campaign is {word} — must be draft to launch")
        );
        assert_eq!(rejection.current_status(), Some(status));
    }
}

#[test]
fn the_engine_makes_a_launching_campaign_active() {
    let campaign = given(launching(2));

    let outcome = campaign.when(Command::Activate);

    let after = outcome.then(Ok(&[activated()]));
    assert_eq!(after.status(), Status::Active);
}

#[test]
fn a_campaign_without_prospects_completes_as_soon_as_it_is_active() {
    let campaign = given([
        drafted_as(email_settings(), email_nodes()),
        launched_at(now()),
    ]);

    let outcome = campaign.when(Command::Activate);

    let after = outcome.then(Ok(&[activated(), all_done()]));
    assert_eq!(after.status(), Status::Completed);
}

#[test]
fn a_launch_that_fails_leaves_a_draft_that_can_be_launched_again() {
    let campaign = given(launching(2));
    let failure = LaunchFailure::Dispatch;

    let outcome = campaign.when(failed(failure, None));

    let rolled_back = launch_failed(failure);
    let after = outcome.then(Ok(std::slice::from_ref(&rolled_back)));
    assert_eq!(after.status(), Status::Draft);
    let again = given(launching(2)).and([rolled_back]).when(Command::Launch);
    again.then(Ok(&[launched_at(now())]));
}

fn failed(failure: LaunchFailure, launch: Option<DateTime<Utc>>) -> Command {
    Command::FailLaunch { failure, launch }
}

#[test]
fn an_engine_that_lost_the_answer_may_activate_again_whatever_has_come_since() {
    for (status, history) in every_status() {
        let outcome = given(history).when(Command::Activate);

        match status {
            Status::Draft => {
                let rejection = outcome.rejection();
                assert_eq!(rejection.code(), "campaign_not_launching");
                assert_eq!(rejection.current_status(), Some(status));
            }
            Status::Launching => {
                assert_eq!(outcome.then(Ok(&[activated()])).status(), Status::Active)
            }
            Status::Active | Status::Paused | Status::Completed => {
                assert_eq!(outcome.then(Ok(&[])).status(), status);
            }
        }
    }
}

#[test]
fn a_failed_launch_may_be_reported_again_and_a_campaign_under_way_is_not_rolled_back() {
    for (status, history) in every_status() {
        let outcome = given(history).when(failed(LaunchFailure::Other, None));

        match status {
            Status::Draft => assert_eq!(outcome.then(Ok(&[])).status(), status),
            Status::Launching => {
                let rolled_back = launch_failed(LaunchFailure::Other);
                assert_eq!(outcome.then(Ok(&[rolled_back])).status(), Status::Draft);
            }
            Status::Active | Status::Paused | Status::Completed => {
                let rejection = outcome.rejection();
                assert_eq!(rejection.code(), "campaign_not_launching");
                assert_eq!(rejection.current_status(), Some(status));
            }
        }
    }
}

#[test]
fn the_failure_of_an_older_launch_leaves_the_one_under_way_alone() {
    let (older, under_way) = (now() - Duration::minutes(5), now());
    let campaign = given(
        [
            draft(2),
            vec![
                launched_at(older),
                launch_failed(LaunchFailure::Stuck),
                launched_at(under_way),
            ],
        ]
        .concat(),
    );

    let of_older = campaign.when(failed(LaunchFailure::Other, Some(older)));
    let of_this = campaign.when(failed(LaunchFailure::Other, Some(under_way)));

    assert_eq!(of_older.then(Ok(&[])).status(), Status::Launching);
    let rolled_back = launch_failed(LaunchFailure::Other);
    assert_eq!(of_this.then(Ok(&[rolled_back])).status(), Status::Draft);
}
