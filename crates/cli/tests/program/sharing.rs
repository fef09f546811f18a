//! Commands beside a service, without one, and beside each other.

use crate::playground::Playground;
use crate::running::{DEMO_CAMPAIGN, USER, did, does, json, status};
use crate::service::Service;

const COMMANDS: [&[&str]; 7] = [
    &["migrate"],
    &["demo"],
    &["demo", "--json"],
    &["keys", "create", "--user", USER],
    &["keys", "list"],
    &["history", DEMO_CAMPAIGN],
    &["config"],
];

#[tokio::test]
async fn every_command_works_without_a_service_and_stops_the_database_behind_it() {
    let playground = Playground::new();

    for command in COMMANDS {
        does(&playground, command).await;
        assert_eq!(playground.postmaster(), None, "{command:?}");
    }
}

#[tokio::test]
async fn every_command_works_beside_a_service_and_leaves_it_its_database() {
    let playground = Playground::new();
    let service = Service::start(&playground, &[]).await;
    let cluster = playground.postmaster();
    let key = does(&playground, &["keys", "create", "--user", USER]).await;

    for command in COMMANDS {
        does(&playground, command).await;
        assert_eq!(
            status(&service.url, key.trim_end()).await,
            200,
            "{command:?}"
        );
    }
    assert_eq!(playground.postmaster(), cluster);
}

#[tokio::test]
async fn commands_that_begin_at_once_make_one_database() {
    let playground = Playground::new();
    let migrate = || did(playground.program(&["migrate"]));
    tokio::join!(migrate(), migrate(), migrate());
    let create = || did(playground.program(&["keys", "create", "--user", USER]));

    let keys = tokio::join!(create(), create(), create());

    let listed = json(&does(&playground, &["keys", "list", "--json"]).await);
    let prefixes: Vec<&str> = listed["keys"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["prefix"].as_str().unwrap())
        .collect();
    assert_eq!(prefixes.len(), 3);
    for key in [keys.0, keys.1, keys.2] {
        assert!(prefixes.contains(&&key[..24]), "{key}");
    }
    assert_eq!(playground.postmaster(), None);
}

#[tokio::test]
async fn two_services_share_one_database() {
    let playground = Playground::new();
    let (first, second) = tokio::join!(
        Service::start(&playground, &[]),
        Service::start(&playground, &[])
    );

    let key = does(&playground, &["keys", "create", "--user", USER]).await;

    for service in [&first, &second] {
        assert_eq!(status(&service.url, key.trim_end()).await, 200);
    }
}
