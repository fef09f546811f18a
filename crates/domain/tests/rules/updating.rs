//! Changing settings and sequence at once (campaign API, section 1.4).

use crate::cast::{WAIT, email_nodes, email_settings, name, wait};
use crate::given::{given, no_news, refused};
use crate::verbs::{draft, every_status};
use domain::event::{CampaignSequenceChanged, CampaignSettingsChanged};
use domain::{Command, Delay, Event, Node, Settings, SettingsPatch, Status};

fn update(to: &str, nodes: Option<Vec<Node>>) -> Command {
    let patch = SettingsPatch {
        name: Some(name(to)),
        ..SettingsPatch::default()
    };
    let patch = Box::new(patch);
    Command::Update { patch, nodes }
}

fn renamed() -> Event {
    let settings = Settings {
        name: name("Summer outreach"),
        ..email_settings()
    };
    Event::CampaignSettingsChanged(Box::new(CampaignSettingsChanged { settings }))
}

fn too_long() -> Vec<Node> {
    let mut nodes = email_nodes();
    nodes[1].delay = Delay {
        days: 30,
        hours: 0,
        minutes: 1,
    };
    nodes
}

#[test]
fn settings_and_sequence_of_a_draft_change_together() {
    let mut nodes = email_nodes();
    nodes[1] = wait(WAIT, 7);

    let outcome = given(draft(1)).when(update("Summer outreach", Some(nodes.clone())));

    let sequence = Event::CampaignSequenceChanged(CampaignSequenceChanged { nodes });
    outcome.then(Ok(&[renamed(), sequence]));
}

#[test]
fn a_delay_out_of_range_leaves_the_settings_as_they_are_too() {
    let outcome = given(draft(1)).when(update("Summer outreach", Some(too_long())));

    outcome.then(refused("invalid_sequence"));
}

#[test]
fn after_draft_a_sequence_is_silently_ignored_whatever_it_says() {
    for (status, history) in every_status() {
        if status == Status::Draft {
            continue;
        }

        let outcome = given(history).when(update("Summer outreach", Some(too_long())));

        outcome.then(Ok(&[renamed()]));
    }
}

#[test]
fn a_name_that_another_campaign_has_changes_nothing_else() {
    let taken = given(draft(1)).with_the_name_taken();

    let outcome = taken.when(update("Summer outreach", Some(email_nodes().split_off(2))));

    outcome.then(refused("campaign_name_taken"));
}

#[test]
fn an_update_to_what_is_so_already_is_no_news() {
    let same = email_settings().name.as_str().to_owned();

    let outcome = given(draft(1)).when(update(&same, Some(email_nodes())));

    outcome.then(no_news());
}
