//! The steps and the prospects of a draft, one at a time (campaign API, sections 1.12 and 1.13).

use crate::cast::{
    END, FIRST, SECOND, WAIT, email_nodes, email_settings, end, mail, message, node_id, prospect,
    reply, wait,
};
use crate::given::{given, no_news, refused};
use crate::verbs::{added, draft, drafted_as, edit, every_status, prospects, says};
use domain::event::{CampaignSequenceChanged, Nothing, Prospects};
use domain::{
    Command, Event, Node, NodeId, NodePatch, PROSPECTS_ADDED_MAX, PROSPECTS_REMOVED_MAX, Sequence,
    Status,
};

fn add(node: Node, position: Option<usize>) -> Command {
    Command::AddNode {
        node: Box::new(node),
        position,
    }
}

fn to_position(node_id: NodeId, position: usize) -> Command {
    Command::MoveNode { node_id, position }
}

fn steps(nodes: Vec<Node>) -> Event {
    Event::CampaignSequenceChanged(CampaignSequenceChanged { nodes })
}

fn removed(numbers: &[u128]) -> Event {
    let prospect_ids = numbers.iter().map(|number| prospect(*number)).collect();
    Event::ProspectsRemoved(Prospects { prospect_ids })
}

/// The steps of the standard draft after a command, by their ids.
fn order_after(command: Command) -> Vec<NodeId> {
    let after = given(draft(1)).when(command).after();
    after
        .campaign()
        .sequence
        .nodes()
        .iter()
        .map(|node| node.id)
        .collect()
}

#[test]
fn a_step_without_a_position_comes_just_before_the_end() {
    let added = wait(node_id(9), 1);

    let order = order_after(add(added, None));

    assert_eq!(order, [FIRST, WAIT, SECOND, node_id(9), END]);
}

#[test]
fn a_step_comes_where_it_is_told_to() {
    let added = wait(node_id(9), 1);

    for (position, expected) in [
        (0, [node_id(9), FIRST, WAIT, SECOND, END]),
        (2, [FIRST, WAIT, node_id(9), SECOND, END]),
        (99, [FIRST, WAIT, SECOND, END, node_id(9)]),
    ] {
        let order = order_after(add(added.clone(), Some(position)));

        assert_eq!(order, expected);
    }
}

#[test]
fn a_step_of_the_other_channel_is_refused() {
    let outcome = given(draft(1)).when(add(message(node_id(9), "Hello"), None));

    outcome.then(refused("invalid_sequence"));
}

#[test]
fn a_step_whose_id_is_there_already_is_refused() {
    let outcome = given(draft(1)).when(add(wait(WAIT, 1), None));

    outcome.then(refused("invalid_sequence"));
}

#[test]
fn a_sequence_has_at_most_fifty_steps() {
    let waits = |count: u128| (0..count).map(|number| wait(node_id(100 + number), 1));
    let with = |count| given(draft(1)).and([steps(waits(count).chain([end(END)]).collect())]);
    assert_eq!(Sequence::NODES_MAX, 50);

    let fiftieth = with(48).when(add(wait(node_id(9), 1), None));
    let one_more = with(49).when(add(wait(node_id(9), 1), None));

    assert_eq!(fiftieth.after().campaign().sequence.nodes().len(), 50);
    one_more.then(refused("invalid_sequence"));
}

#[test]
fn a_step_moves_and_the_others_close_up() {
    for (position, expected) in [
        (0, [SECOND, FIRST, WAIT, END]),
        (1, [FIRST, SECOND, WAIT, END]),
        (99, [FIRST, WAIT, END, SECOND]),
    ] {
        let order = order_after(to_position(SECOND, position));

        assert_eq!(order, expected);
    }
}

#[test]
fn a_step_that_stands_there_already_is_no_news() {
    let outcome = given(draft(1)).when(to_position(SECOND, 2));

    outcome.then(no_news());
}

#[test]
fn an_edited_step_keeps_its_type() {
    let edited = says(mail(FIRST, "Another question", "Hello"));

    let outcome = given(draft(1)).when(edit(FIRST, edited));

    let mut nodes = email_nodes();
    nodes[0] = mail(FIRST, "Another question", "Hello");
    outcome.then(Ok(&[steps(nodes)]));
}

#[test]
fn an_edited_delay_is_not_checked_before_the_launch() {
    let longer = NodePatch {
        delay_days: Some(31),
        ..NodePatch::default()
    };

    let order = order_after(edit(WAIT, longer));

    assert_eq!(order, [FIRST, WAIT, SECOND, END]);
}

#[test]
fn an_edit_leaves_what_it_does_not_name() {
    let body = NodePatch {
        body: Some(Some("Hello".to_owned())),
        ..NodePatch::default()
    };
    let hours = NodePatch {
        delay_hours: Some(5),
        ..NodePatch::default()
    };

    let outcome = given(draft(1)).when(edit(FIRST, body));
    let longer = given(draft(1)).when(edit(WAIT, hours)).after();

    let mut nodes = email_nodes();
    nodes[0].content.body = Some("Hello".to_owned());
    outcome.then(Ok(&[steps(nodes)]));
    let delay = longer.campaign().sequence.find(WAIT).unwrap().delay;
    assert_eq!((delay.days, delay.hours), (email_nodes()[1].delay.days, 5));
}

#[test]
fn an_edit_clears_what_it_names_as_absent() {
    let cleared = NodePatch {
        subject: Some(None),
        ..NodePatch::default()
    };

    let outcome = given(draft(1)).when(edit(FIRST, cleared));

    let mut nodes = email_nodes();
    nodes[0].content.subject = None;
    outcome.then(Ok(&[steps(nodes)]));
}

#[test]
fn a_step_edited_to_what_it_says_already_is_no_news() {
    let same = says(reply(SECOND, "Did you see it?"));

    let outcome = given(draft(1)).when(edit(SECOND, same));

    outcome.then(no_news());
}

#[test]
fn a_step_can_be_taken_out_and_so_can_the_end() {
    assert_eq!(order_after(Command::RemoveNode(WAIT)), [FIRST, SECOND, END]);
    assert_eq!(order_after(Command::RemoveNode(END)), [FIRST, WAIT, SECOND]);
}

#[test]
fn a_step_that_is_not_there_is_not_found() {
    let unknown = node_id(9);
    for command in [
        to_position(unknown, 0),
        edit(unknown, NodePatch::default()),
        Command::RemoveNode(unknown),
    ] {
        let outcome = given(draft(1)).when(command);

        outcome.then(refused("node_not_found"));
    }
}

#[test]
fn steps_and_prospects_are_edited_only_in_draft() {
    for (status, history) in every_status() {
        if status == Status::Draft {
            continue;
        }
        for command in [
            add(wait(node_id(9), 1), None),
            to_position(SECOND, 0),
            edit(SECOND, says(reply(SECOND, "Well?"))),
            Command::RemoveNode(WAIT),
            Command::AddProspects(vec![prospect(3)]),
            Command::RemoveProspects(vec![prospect(1)]),
            Command::RemoveAllProspects,
        ] {
            let rejection = given(history.clone()).when(command).rejection();

            assert_eq!(rejection.code(), "campaign_not_draft");
            assert_eq!(rejection.current_status(), Some(status));
        }
    }
}

#[test]
fn one_to_a_thousand_prospects_are_added_at_once() {
    let empty = given([drafted_as(email_settings(), email_nodes())]);
    let add = |count| empty.when(Command::AddProspects(prospects(count)));
    assert_eq!(PROSPECTS_ADDED_MAX, 1_000);

    add(0).then(refused("invalid_request"));
    add(1).then(Ok(&[added(1)]));
    let after = add(1_000).then(Ok(&[added(1_000)]));
    add(1_001).then(refused("invalid_request"));

    assert_eq!(after.campaign().census.total(), 1_000);
}

#[test]
fn prospects_who_are_there_already_or_come_twice_are_left_out() {
    let ids = [1, 3, 2, 3, 4].map(prospect).to_vec();

    let outcome = given(draft(2)).when(Command::AddProspects(ids));

    let prospect_ids = vec![prospect(3), prospect(4)];
    outcome.then(Ok(&[Event::ProspectsAdded(Prospects { prospect_ids })]));
}

#[test]
fn adding_only_prospects_who_are_there_already_is_no_news() {
    let outcome = given(draft(2)).when(Command::AddProspects(prospects(2)));

    outcome.then(no_news());
}

#[test]
fn one_to_five_hundred_prospects_are_removed_at_once() {
    let campaign = given(draft(600));
    let remove = |count| campaign.when(Command::RemoveProspects(prospects(count)));
    assert_eq!(PROSPECTS_REMOVED_MAX, 500);

    remove(0).then(refused("invalid_request"));
    let after = remove(500).after();
    remove(501).then(refused("invalid_request"));

    assert_eq!(after.campaign().census.total(), 100);
}

#[test]
fn prospects_who_are_not_there_are_left_out_of_a_removal() {
    let ids = [2, 9, 2].map(prospect).to_vec();

    let outcome = given(draft(2)).when(Command::RemoveProspects(ids));

    outcome.then(Ok(&[removed(&[2])]));
}

#[test]
fn removing_nobody_who_is_there_is_no_news() {
    let strangers = given(draft(2)).when(Command::RemoveProspects(vec![prospect(9)]));
    let nobody = given(draft(1))
        .and([removed(&[1])])
        .when(Command::RemoveAllProspects);

    strangers.then(no_news());
    nobody.then(no_news());
}

#[test]
fn all_prospects_are_removed_at_once() {
    let outcome = given(draft(3)).when(Command::RemoveAllProspects);

    let after = outcome.then(Ok(&[Event::AllProspectsRemoved(Nothing {})]));
    assert_eq!(after.campaign().census.total(), 0);
    assert_eq!(after.0.roster.iter().count(), 0);
}

#[test]
fn prospects_who_were_removed_may_come_back() {
    let campaign = given(draft(2)).and([removed(&[1])]);

    let outcome = campaign.when(Command::AddProspects(vec![prospect(1)]));

    outcome.then(Ok(&[added(1)]));
}
