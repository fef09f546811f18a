//! `fermata history`.

use crate::playground::Playground;
use crate::running::{DEMO_CAMPAIGN, DEMO_EVENTS, NO_CAMPAIGN, demo, does, json, misused, refuses};
use crate::service::Service;
use serde_json::Value;

const REASON: &str = "bounces doubled\nsince noon";

#[tokio::test]
async fn a_history_is_a_document_with_every_event_in_order() {
    let playground = Playground::new();
    demo(&playground).await;

    let history = json(&does(&playground, &["history", DEMO_CAMPAIGN, "--json"]).await);

    assert_eq!(history["campaign_id"], DEMO_CAMPAIGN);
    let events = history["events"].as_array().unwrap();
    let versions: Vec<u64> = events
        .iter()
        .map(|it| it["version"].as_u64().unwrap())
        .collect();
    assert_eq!(versions, (1..).take(DEMO_EVENTS).collect::<Vec<_>>());
    let types: Vec<&str> = events[..4]
        .iter()
        .map(|it| it["type"].as_str().unwrap())
        .collect();
    assert_eq!(
        types,
        [
            "CampaignCreated",
            "ProspectsAdded",
            "CampaignLaunchStarted",
            "CampaignActivated"
        ]
    );
    assert_eq!(events[2]["effects"][0]["kind"], "start_run");
}

#[tokio::test]
async fn a_history_in_a_pipe_has_a_line_for_every_event() {
    let playground = Playground::new();
    let made = demo(&playground).await;
    pause_with_a_reason(&playground, &made).await;

    let table = does(&playground, &["history", DEMO_CAMPAIGN]).await;

    let lines: Vec<Vec<&str>> = table
        .lines()
        .map(|line| line.split('\t').collect())
        .collect();
    assert_eq!(
        lines[0],
        ["version", "recorded", "event", "by", "reason", "causes"]
    );
    assert_eq!(lines.len(), 1 + DEMO_EVENTS + 1);
    assert!(lines.iter().all(|line| line.len() == 6), "{table}");
    let paused = lines.last().unwrap();
    assert_eq!(paused[2], "CampaignPaused");
    assert_eq!(
        paused[3],
        format!("key {}", &made["key"].as_str().unwrap()[..24])
    );
    assert_eq!(paused[4], "bounces doubled\\nsince noon");
    assert!(paused[5].starts_with("complete_waitpoints"), "{table}");
}

#[tokio::test]
async fn a_reason_is_in_the_document_as_it_was_given() {
    let playground = Playground::new();
    let made = demo(&playground).await;
    pause_with_a_reason(&playground, &made).await;

    let history = json(&does(&playground, &["history", DEMO_CAMPAIGN, "--json"]).await);

    assert_eq!(history["events"][DEMO_EVENTS]["metadata"]["reason"], REASON);
}

#[tokio::test]
async fn a_campaign_that_never_was_has_no_history() {
    let playground = Playground::new();
    does(&playground, &["migrate"]).await;

    for json in [&[][..], &["--json"]] {
        let said = refuses(&playground, &[&["history", NO_CAMPAIGN], json].concat()).await;
        assert_eq!(said, format!("there never was a campaign {NO_CAMPAIGN}"));
    }
    let said = misused(&playground, &["history", "everything"]).await;
    assert!(said.contains("<CAMPAIGN>"), "{said}");
}

async fn pause_with_a_reason(playground: &Playground, made: &Value) {
    let service = Service::start(playground, &[]).await;
    let path = format!("{}/api/campaigns/{DEMO_CAMPAIGN}/pause", service.url);
    let client = crate::service::client().build().unwrap();
    let asked = client.post(path).bearer_auth(made["key"].as_str().unwrap());
    let answer = asked
        .json(&serde_json::json!({"reason": REASON}))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
}
