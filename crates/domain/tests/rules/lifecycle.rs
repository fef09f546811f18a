//! Creating, pausing, resuming, completing and deleting (campaign API, sections 1.3, 1.6, 1.8,
//! 1.9 and 2.1).

use crate::cast::{FIRST, SECOND, email_nodes, email_settings, linkedin_settings, node_id, user};
use crate::given::{given, refused};
use crate::verbs::{
    active, all_done, completed, deleted, draft, drafted_as, ended, every_status, guarded_with,
    paused, paused_with, permitted, resumed, sent,
};
use domain::{
    ChannelKind, Command, Node, NodeKind, PauseCause, Progress, ProspectStatus, Sequence, Settings,
    Stage, Status,
};

fn create(settings: Settings, nodes: Vec<Node>) -> Command {
    Command::Create {
        user_id: user(),
        settings: Box::new(settings),
        nodes,
    }
}

#[test]
fn a_new_campaign_is_a_draft_without_counters() {
    let nothing = given([]);

    let outcome = nothing.when(create(email_settings(), email_nodes()));

    let after = outcome.then(Ok(&[drafted_as(email_settings(), email_nodes())]));
    assert_eq!(after.status(), Status::Draft);
    assert_eq!(after.campaign().stats(), None);
}

#[test]
fn a_campaign_is_created_only_once_even_after_its_deletion() {
    for history in [draft(1), active(1), [draft(1), vec![deleted()]].concat()] {
        let campaign = given(history);

        let outcome = campaign.when(create(email_settings(), email_nodes()));

        outcome.then(refused("campaign_exists"));
    }
}

#[test]
fn a_name_that_another_campaign_of_the_user_has_is_taken() {
    let nothing = given([]).with_the_name_taken();

    let outcome = nothing.when(create(email_settings(), email_nodes()));

    outcome.then(refused("campaign_name_taken"));
}

#[test]
fn a_campaign_begins_with_a_whole_sequence_of_its_own_channel() {
    let without_end = email_nodes()[..3].to_vec();
    for (settings, nodes) in [
        (email_settings(), vec![]),
        (email_settings(), without_end),
        (linkedin_settings(), email_nodes()),
    ] {
        let outcome = given([]).when(create(settings, nodes));

        outcome.then(refused("invalid_sequence"));
    }
}

#[test]
fn the_seeded_steps_are_a_sequence_of_their_channel() {
    for (channel, first) in [
        (ChannelKind::Email, NodeKind::Email),
        (ChannelKind::Linkedin, NodeKind::ConnectionRequest),
    ] {
        let seed = Sequence::seed(channel, node_id(1), node_id(2));

        let kinds: Vec<_> = seed.iter().map(|node| node.kind).collect();
        assert_eq!(kinds, [first, NodeKind::End]);
        assert!(Sequence::new(seed, channel).is_ok(), "{channel:?}");
    }
}

#[test]
fn a_seeded_mail_has_an_empty_subject_and_body() {
    let seed = Sequence::seed(ChannelKind::Email, node_id(1), node_id(2));

    assert_eq!(seed[0].content.subject.as_deref(), Some(""));
    assert_eq!(seed[0].content.body.as_deref(), Some(""));
}

#[test]
fn nothing_may_be_asked_of_a_campaign_that_is_not_there() {
    for history in [vec![], [draft(1), vec![deleted()]].concat()] {
        for command in [
            Command::Pause,
            Command::Resume,
            Command::Launch,
            Command::Delete,
        ] {
            let outcome = given(history.clone()).when(command);

            outcome.then(refused("campaign_not_found"));
        }
    }
}

#[test]
fn an_active_campaign_is_paused_because_somebody_asked() {
    let campaign = given(active(2));

    let outcome = campaign.when(Command::Pause);

    let after = outcome.then(Ok(&[paused_with(0)]));
    assert_eq!(
        after.campaign().stage,
        Stage::Paused {
            cause: PauseCause::Requested
        }
    );
}

#[test]
fn only_an_active_campaign_can_be_paused() {
    for (status, history) in every_status() {
        if status == Status::Active {
            continue;
        }

        let rejection = given(history).when(Command::Pause).rejection();

        assert_eq!(rejection.code(), "campaign_not_active");
        assert_eq!(rejection.to_string(), "Only active campaigns can be paused");
        assert_eq!(rejection.current_status(), Some(status));
    }
}

#[test]
fn a_pause_counts_the_sends_permitted_and_not_yet_reported() {
    let sends = [
        permitted(1, FIRST),
        permitted(2, FIRST),
        sent(2, FIRST),
        permitted(2, SECOND),
    ];
    let campaign = given(active(3)).and(sends);

    let outcome = campaign.when(Command::Pause);

    outcome.then(Ok(&[paused_with(2)]));
}

#[test]
fn a_paused_campaign_resumes_whoever_paused_it() {
    for pause in [paused_with(0), guarded_with(0)] {
        let campaign = given(active(2)).and([pause]);

        let outcome = campaign.when(Command::Resume);

        let after = outcome.then(Ok(&[resumed()]));
        assert_eq!(after.status(), Status::Active);
    }
}

#[test]
fn only_a_paused_campaign_can_be_resumed() {
    for (status, history) in every_status() {
        if status == Status::Paused {
            continue;
        }

        let rejection = given(history).when(Command::Resume).rejection();

        assert_eq!(rejection.code(), "campaign_not_paused");
        assert_eq!(
            rejection.to_string(),
            "Only paused campaigns can be resumed"
        );
        assert_eq!(rejection.current_status(), Some(status));
    }
}

#[test]
fn resuming_what_is_finished_goes_on_to_completed() {
    let ends = [ended(1, Progress::Replied), ended(2, Progress::Cancelled)];
    let campaign = given(paused(2)).and(ends);

    let outcome = campaign.when(Command::Resume);

    let after = outcome.then(Ok(&[resumed(), all_done()]));
    assert_eq!(after.status(), Status::Completed);
}

#[test]
fn resuming_goes_on_while_somebody_is_unfinished() {
    let campaign = given(paused(2)).and([ended(1, Progress::Replied)]);

    let outcome = campaign.when(Command::Resume);

    outcome.then(Ok(&[resumed()]));
}

#[test]
fn a_campaign_can_be_deleted_in_every_status() {
    for (status, history) in every_status() {
        let outcome = given(history).when(Command::Delete);

        let after = outcome.then(Ok(&[deleted()]));
        assert!(after.0.campaign.present().is_none(), "{status:?}");
        assert_eq!(after.0.roster.iter().count(), 0, "{status:?}");
    }
}

#[test]
fn a_completed_campaign_keeps_its_counters() {
    let campaign = given(completed(3)).state().campaign;

    let stats = campaign
        .present()
        .and_then(|present| present.stats())
        .unwrap();

    assert_eq!((stats.total, stats.completed), (3, Some(3)));
}

#[test]
fn the_counters_of_the_documented_example_have_the_documented_keys() {
    let sends = (1..=34).flat_map(|number| [permitted(number, FIRST), sent(number, FIRST)]);
    let replies = (1..=4).map(|number| ended(number, Progress::Replied));
    let campaign = given(active(120)).and(sends).and(replies);

    let after = campaign.when(Command::Pause).after();

    let stats = serde_json::to_string(&after.campaign().stats()).unwrap();
    assert_eq!(stats, r#"{"total":120,"sent":34,"replied":4}"#);
    assert_eq!(
        after.campaign().census.with_status(ProspectStatus::Sent),
        30
    );
}
