//! `fermata demo`.

use crate::playground::Playground;
use crate::running::{DEMO_CAMPAIGN, DEMO_EVENTS, demo, does, json};
use crate::service::Service;
use serde_json::{Value, json};
use std::process::Stdio;
use std::time::Duration;

const EVERY_STATUS: [&str; 5] = ["active", "completed", "draft", "launching", "paused"];

/// The answer to a pause as the documentation has it, but for its two times.
fn documented_answer() -> Value {
    json!({
        "campaign": {
            "id": DEMO_CAMPAIGN,
            "user_id": "11111111-1111-1111-1111-111111111111",
            "type": "email",
            "name": "Q2 Enterprise Outreach",
            "status": "paused",
            "daily_limit": 50,
            "stop_on_reply": true,
            "open_tracking": true,
            "signature": "Best,\n%first_name%",
            "skip_other_campaigns": null,
            "operating_hours": null,
            "stats": {"total": 120, "sent": 34, "replied": 4},
            "created_at": null,
            "updated_at": null,
            "sender_accounts": []
        }
    })
}

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

    for time in ["created_at", "updated_at"] {
        let text = answer["campaign"][time].take();
        assert!(text.as_str().unwrap().ends_with('Z'), "{text}");
    }
    assert_eq!(answer, documented_answer());
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
