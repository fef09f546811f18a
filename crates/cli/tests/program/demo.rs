//! `fermata demo`.

use crate::playground::Playground;
use crate::running::{DEMO_CAMPAIGN, DEMO_EVENTS, demo, does, json};
use crate::service::Service;
use serde_json::Value;
use std::process::Stdio;
use std::time::Duration;

const EVERY_STATUS: [&str; 5] = ["active", "completed", "draft", "launching", "paused"];

/// The answer to a pause as the documentation has it.
const DOCUMENTED: &str = include_str!("../../../web/tests/api/documented_pause.json");

#[tokio::test]
async fn the_demo_made_twice_is_one_workspace() {
    let playground = Playground::new();

    let (first, second) = (demo(&playground).await, demo(&playground).await);

    assert_eq!(first, second);
    assert_eq!(statuses(&first), EVERY_STATUS);
    let keys = json(&does(&playground, &["keys", "list", "--json"]).await);
    assert_eq!(keys["keys"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_demo_that_was_killed_half_way_is_finished_by_the_next() {
    let playground = Playground::new();
    does(&playground, &["migrate"]).await;
    for milliseconds in (100..1_000).step_by(150) {
        let mut killed = playground
            .program(&["demo"])
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        tokio::time::sleep(Duration::from_millis(milliseconds)).await;
        killed.kill().await.unwrap();
    }

    let made = demo(&playground).await;

    assert_eq!(statuses(&made), EVERY_STATUS);
    let history = json(&does(&playground, &["history", DEMO_CAMPAIGN, "--json"]).await);
    assert_eq!(history["events"].as_array().unwrap().len(), DEMO_EVENTS);
}

#[tokio::test]
async fn the_demo_leaves_alone_what_people_have_changed() {
    let playground = Playground::new();
    let made = demo(&playground).await;
    let service = Service::start(&playground, &[]).await;
    pause(&service, &made).await;

    let again = demo(&playground).await;

    let example = |it: &&Value| it["id"] == DEMO_CAMPAIGN;
    let campaign = again["campaigns"]
        .as_array()
        .unwrap()
        .iter()
        .find(example)
        .unwrap();
    assert_eq!(campaign["status"], "paused");
}

#[tokio::test]
async fn the_documented_example_is_answered_as_documented() {
    let playground = Playground::new();
    let made = demo(&playground).await;
    let service = Service::start(&playground, &[]).await;

    let mut answer = pause(&service, &made).await;

    let mut documented = json(DOCUMENTED);
    for time in ["created_at", "updated_at"] {
        let text = answer["campaign"][time].take();
        assert!(text.as_str().unwrap().ends_with('Z'), "{text}");
        documented["campaign"][time].take();
    }
    assert_eq!(answer, documented);
}

#[tokio::test]
async fn the_demo_made_again_brings_no_sender_back() {
    let playground = Playground::new();
    let made = demo(&playground).await;
    demo(&playground).await;
    let service = Service::start(&playground, &["--demo"]).await;
    let ask = async |path: &str| {
        let asked = crate::service::client().build().unwrap();
        let asked = asked.get(format!("{}/api{path}", service.url));
        let answer = asked
            .bearer_auth(made["key"].as_str().unwrap())
            .send()
            .await;
        answer.unwrap().json::<Value>().await.unwrap()
    };

    let example = ask(&format!("/campaigns/{DEMO_CAMPAIGN}")).await;
    let senders = ask("/senders?type=email").await;

    assert_eq!(example["campaign"]["sender_accounts"], Value::Array(vec![]));
    let names: Vec<_> = senders["senders"].as_array().unwrap().iter().collect();
    assert_eq!(names.len(), 1, "{names:?}");
    assert_eq!(names[0]["display_name"], "Ada at Example");
    let others: Vec<&Value> = made["campaigns"].as_array().unwrap().iter().collect();
    for other in others.iter().filter(|it| it["id"] != DEMO_CAMPAIGN) {
        let id = other["id"].as_str().unwrap();
        let shown = ask(&format!("/campaigns/{id}")).await;
        assert_eq!(
            shown["campaign"]["sender_accounts"]
                .as_array()
                .unwrap()
                .len(),
            1
        );
    }
}

/// Of all its campaigns, in the order of the alphabet.
fn statuses(made: &Value) -> Vec<&str> {
    let campaigns = made["campaigns"].as_array().unwrap().iter();
    let mut statuses: Vec<&str> = campaigns.map(|it| it["status"].as_str().unwrap()).collect();
    statuses.sort_unstable();
    statuses
}

async fn pause(service: &Service, made: &Value) -> Value {
    let path = format!("{}/api/campaigns/{DEMO_CAMPAIGN}/pause", service.url);
    let client = crate::service::client().build().unwrap();
    let asked = client.post(path).bearer_auth(made["key"].as_str().unwrap());
    let answer = asked.send().await.unwrap();
    assert_eq!(answer.status(), 200);
    answer.json().await.unwrap()
}
