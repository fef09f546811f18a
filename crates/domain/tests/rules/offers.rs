//! What a refusal offers instead: the actions that a status allows.

use crate::cast::{name, prospect};
use crate::given::given;
use crate::verbs::{edit, every_status};
use domain::{Action, Command, NodePatch, SettingsPatch, Status};

fn command_of(action: Action, number: u128) -> Command {
    match action {
        Action::Launch => Command::Launch,
        Action::Pause => Command::Pause,
        Action::Resume => Command::Resume,
        Action::Update => Command::Update {
            patch: Box::new(SettingsPatch {
                name: Some(name("Summer outreach")),
                ..SettingsPatch::default()
            }),
            nodes: None,
        },
        Action::EditSequence => edit(crate::cast::FIRST, NodePatch::default()),
        Action::EditLeads => Command::AddProspects(vec![prospect(number)]),
        Action::Delete => Command::Delete,
    }
}

#[test]
fn an_action_is_offered_by_exactly_the_statuses_that_allow_it() {
    for (status, history) in every_status() {
        for action in Action::ALL {
            let outcome = given(history.clone()).when(command_of(action, 9));

            let offered = status.allowed_actions().contains(&action);
            assert_eq!(
                outcome.decision().is_ok(),
                offered,
                "{} a campaign that is {}",
                action.as_str(),
                status.as_str()
            );
        }
    }
}

#[test]
fn every_status_offers_something() {
    for status in Status::ALL {
        assert!(!status.allowed_actions().is_empty(), "{status:?}");
    }
}
