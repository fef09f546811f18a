//! What a service says of itself, and what outlives it.

use crate::playground::Playground;
use crate::running::{DEMO_CAMPAIGN, demo, does, json, refuses, status};
use crate::service::Service;
use nix::sys::signal::Signal;
use tokio::process::Command;

/// The longest path that a Unix socket can have on Linux.
const SOCKET_PATH_BYTES_MAX: usize = 107;

#[tokio::test]
async fn an_address_in_use_is_refused_by_the_name_of_its_setting() {
    let playground = Playground::new();
    let service = Service::start(&playground, &[]).await;
    let taken = service.url.strip_prefix("http://").unwrap();
    let free = "127.0.0.1:0";

    for (listen, internal, setting) in [
        (taken, free, "FERMATA_LISTEN"),
        (free, taken, "FERMATA_INTERNAL_LISTEN"),
    ] {
        let arguments = ["serve", "--listen", listen, "--internal-listen", internal];
        let said = refuses(&playground, &arguments).await;

        assert!(
            said.starts_with(&format!("cannot listen on {taken}: ")),
            "{said}"
        );
        assert!(
            said.ends_with(&format!("choose another address with {setting}")),
            "{said}"
        );
    }
}

#[tokio::test]
async fn the_printed_line_pauses_the_demo_campaign_and_the_next_resumes_it() {
    let playground = Playground::new();

    for (verb, status) in [
        ("pause", "paused"),
        ("resume", "active"),
        ("pause", "paused"),
    ] {
        let mut service = Service::start(&playground, &["--demo"]).await;
        assert_eq!(
            service.says("This ").await,
            format!("{verb}s the demo campaign:")
        );
        let arguments = service.says("  curl ").await;

        let answer = shell(&format!("curl --silent --show-error {arguments}")).await;

        assert_eq!(json(&answer)["campaign"]["status"], status, "{answer}");
        stop(&mut service).await;
    }
}

#[tokio::test]
async fn nothing_is_lost_over_a_restart() {
    let playground = Playground::new();
    let (mut service, history) = paused_demo(&playground).await;

    stop(&mut service).await;
    assert_eq!(playground.postmaster(), None);

    is_served_again(&playground, &history).await;
}

#[tokio::test]
async fn nothing_is_lost_by_a_service_that_was_killed() {
    let playground = Playground::new();
    let (mut service, history) = paused_demo(&playground).await;

    service.kill().await;
    assert!(playground.postmaster().is_some());

    is_served_again(&playground, &history).await;
}

#[tokio::test]
async fn a_data_directory_may_have_a_longer_path_than_a_socket() {
    let playground = Playground::named(&"deep/".repeat(SOCKET_PATH_BYTES_MAX / 5));
    assert!(SOCKET_PATH_BYTES_MAX < playground.data.as_os_str().len());
    let mut service = Service::start(&playground, &[]).await;

    let key = demo(&playground).await["key"].as_str().unwrap().to_owned();

    assert_eq!(status(&service.url, &key).await, 200);
    stop(&mut service).await;
    assert_eq!(playground.postmaster(), None);
}

#[tokio::test]
async fn a_service_that_is_ready_says_so_to_whoever_asks_inside() {
    let playground = Playground::new();
    let service = Service::start(&playground, &[]).await;
    let internal = &service.internal_url;

    for (path, state) in [("live", "live"), ("ready", "ready")] {
        let client = crate::service::client().build().unwrap();
        let asked = client.get(format!("{internal}/health/{path}"));
        let answer = asked.send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(json(&answer.text().await.unwrap())["status"], state);
    }
}

/// A service with the demo's campaign paused, and the campaign's history.
async fn paused_demo(playground: &Playground) -> (Service, String) {
    let mut service = Service::start(playground, &["--demo"]).await;
    let arguments = service.says("  curl ").await;
    shell(&format!("curl --silent --show-error {arguments}")).await;
    let history = does(playground, &["history", DEMO_CAMPAIGN, "--json"]).await;
    (service, history)
}

/// The same history and the same key, from a new service.
async fn is_served_again(playground: &Playground, history: &str) {
    let service = Service::start(playground, &[]).await;
    assert_eq!(
        does(playground, &["history", DEMO_CAMPAIGN, "--json"]).await,
        history
    );
    let key = demo(playground).await["key"].as_str().unwrap().to_owned();
    assert_eq!(status(&service.url, &key).await, 200);
}

/// What a line prints in a shell.
async fn shell(line: &str) -> String {
    let output = Command::new("sh")
        .arg("-c")
        .arg(line)
        .output()
        .await
        .unwrap();
    assert!(output.status.success(), "{line}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

async fn stop(service: &mut Service) {
    service.signal(Signal::SIGTERM);
    let ended = service.exit().await;
    assert!(ended.success(), "{ended}");
}
