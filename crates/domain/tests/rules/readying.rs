//! What speaks for and against a launch (campaign API, section 1.10).

use crate::cast::{END, FIRST, email_nodes, email_settings, end, every_sender, mail, node_id};
use crate::given::given;
use crate::verbs::{draft, drafted_as, every_status};
use domain::event::CampaignSequenceChanged;
use domain::{
    Command, Content, Delay, Event, LaunchBlocker, LaunchWarning, Node, NodeKind, Readiness,
    Rejection, Settings, Status, readiness,
};

fn readiness_of(history: Vec<Event>) -> Readiness {
    readiness(
        given(history).state().campaign.present().unwrap(),
        &every_sender(),
    )
}

fn steps(nodes: Vec<Node>) -> Event {
    Event::CampaignSequenceChanged(CampaignSequenceChanged { nodes })
}

fn by_a_model() -> Node {
    Node {
        id: node_id(9),
        kind: NodeKind::Ai,
        content: Content::default(),
        delay: Delay::default(),
    }
}

#[test]
fn a_draft_that_lacks_nothing_is_ready() {
    let ready = readiness_of(draft(2));

    let expected = Readiness {
        is_draft: true,
        has_sender_accounts: true,
        sender_accounts_ready: true,
        prospect_count: 2,
        has_sendable_nodes: true,
        all_nodes_have_content: true,
        blockers: vec![],
        warnings: vec![LaunchWarning::NoMessages],
    };
    assert_eq!(ready, expected);
}

#[test]
fn what_a_draft_lacks_is_what_a_launch_is_refused_for() {
    let senderless = Settings {
        sender_account_ids: vec![],
        ..email_settings()
    };
    let history = vec![
        drafted_as(senderless, email_nodes()),
        steps(vec![mail(FIRST, "", ""), end(END)]),
    ];

    let ready = readiness_of(history.clone());

    let refusal = given(history).when(Command::Launch).rejection();
    assert_eq!(refusal, Rejection::LaunchBlocked(ready.blockers.clone()));
    assert!(
        ready
            .blockers
            .contains(&LaunchBlocker::MissingContent(vec![0]))
    );
    assert!(!ready.has_sender_accounts && !ready.sender_accounts_ready);
    assert!(!ready.all_nodes_have_content && ready.has_sendable_nodes);
    assert_eq!(ready.prospect_count, 0);
}

#[test]
fn a_sequence_that_sends_nothing_has_nothing_sendable() {
    let history = [draft(1), vec![steps(vec![end(END)])]].concat();

    let ready = readiness_of(history);

    assert!(!ready.has_sendable_nodes);
    assert_eq!(ready.blockers, [LaunchBlocker::NothingToSend]);
}

#[test]
fn a_step_for_a_model_is_a_warning_and_stops_nobody() {
    let nodes = vec![by_a_model(), mail(FIRST, "Hello", "Hello"), end(END)];
    let history = [draft(1), vec![steps(nodes)]].concat();

    let ready = readiness_of(history.clone());

    let warnings = [
        LaunchWarning::NoMessages,
        LaunchWarning::NoExamples(vec![0]),
    ];
    assert_eq!(ready.warnings, warnings);
    assert!(ready.blockers.is_empty());
    assert!(given(history).when(Command::Launch).decision().is_ok());
}

#[test]
fn only_a_draft_is_one() {
    for (status, history) in every_status() {
        assert_eq!(readiness_of(history).is_draft, status == Status::Draft);
    }
}
