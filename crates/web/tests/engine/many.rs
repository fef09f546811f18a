//! Lists of up to a thousand: an outcome for each item, in order, and no item touches another.

use crate::desk::{Desk, text};
use serde_json::{Value, json};
use testkit::{TestApp, node, prospect};
use uuid::Uuid;

fn words(answer: &Value, list: &str, field: &str) -> Vec<String> {
    let items = answer[list].as_array().expect("a list");
    items.iter().map(|item| text(&item[field])).collect()
}

#[tokio::test]
async fn each_step_of_a_list_has_an_outcome_of_its_own_in_order() {
    let desk = Desk::open().await;
    let (step, nobody) = (node(desk.id, 0), prospect(desk.id, 9));
    let item = |number| json!({"prospect_id": prospect(desk.id, number), "node_id": step});
    let stranger = json!({"prospect_id": nobody, "node_id": step});
    let unknown = json!({"prospect_id": prospect(desk.id, 1), "node_id": nobody});

    let asked = json!({"permits": [item(0), item(0), stranger, unknown, item(2)]});
    let answer = desk.post(&desk.path("permits"), &asked).await;

    let said = answer.json();
    assert_eq!(
        words(&said, "permits", "outcome"),
        ["granted", "refused", "rejected", "rejected", "granted"]
    );
    assert_eq!(said["permits"][1]["reason"], "already_permitted");
    assert_eq!(
        said["permits"][1]["permit"]["id"],
        said["permits"][0]["permit"]["id"]
    );
    assert_eq!(said["permits"][2]["error"]["code"], "prospect_not_found");
    assert_eq!(said["permits"][2]["prospect_id"], json!(nobody));
    assert_eq!(said["permits"][3]["error"]["code"], "node_not_found");
    assert_eq!(desk.story().await, ["SendPermitted", "SendPermitted"]);
}

#[tokio::test]
async fn each_outcome_of_a_list_is_recorded_for_its_own_permit() {
    let desk = Desk::open().await;
    let (one, other) = (desk.permit(0).await, desk.permit(1).await);
    let never = Uuid::nil().to_string();
    let item = |permit: &str, outcome| json!({"permit_id": permit, "outcome": outcome});

    let asked = json!({"outcomes": [
        item(&never, "sent"), item(&one, "sent"), item(&other, "failed"), item(&one, "failed"),
        item(&one, "sent"),
    ]});
    let answer = desk.post("/internal/permits/outcomes", &asked).await;

    let said = answer.json();
    assert_eq!(
        words(&said, "outcomes", "outcome"),
        ["rejected", "recorded", "recorded", "rejected", "recorded"]
    );
    assert_eq!(
        words(&said, "outcomes", "permit_id"),
        [never, one.clone(), other, one.clone(), one]
    );
    assert_eq!(said["outcomes"][0]["error"]["code"], "permit_not_found");
    assert_eq!(said["outcomes"][3]["error"]["code"], "permit_closed");
}

#[tokio::test]
async fn each_report_of_a_list_is_decided_after_the_one_before_it() {
    let desk = Desk::open().await;
    let item = |number, word| json!({"prospect_id": prospect(desk.id, number), "progress": word});

    let asked = json!({"progress": [
        item(0, "timed_out"), item(0, "replied"), item(0, "completed"), item(1, "connected"),
    ]});
    let answer = desk.post(&desk.path("progress"), &asked).await;

    let said = answer.json();
    assert_eq!(
        words(&said, "progress", "outcome"),
        ["recorded", "recorded", "rejected", "rejected"]
    );
    assert_eq!(said["progress"][2]["error"]["code"], "prospect_terminal");
    assert_eq!(said["progress"][3]["error"]["code"], "other_channel");
    assert_eq!(desk.story().await, ["ProspectTimedOut", "ProspectReplied"]);
}

#[tokio::test]
async fn a_list_of_a_thousand_is_decided_in_its_order() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app
        .campaign(&tenant)
        .linkedin()
        .prospects(1_000)
        .active()
        .await;
    let desk = Desk::at(app, tenant, id).await;
    let items = (0..1_000).map(|number| prospect(id, number));
    let asked: Vec<Value> = items
        .map(|who| json!({"prospect_id": who, "node_id": node(id, 0)}))
        .collect();

    let answer = desk
        .post(&desk.path("permits"), &json!({ "permits": asked }))
        .await;

    let said = words(&answer.json(), "permits", "outcome");
    assert_eq!(said, vec!["granted"; 1_000]);
    let events = desk.app.events(id).await;
    let granted: Vec<_> = events.iter().filter_map(|it| it.event.prospect()).collect();
    let expected: Vec<_> = (0..1_000).map(|number| prospect(id, number)).collect();
    assert_eq!(granted, expected);
}

#[tokio::test]
async fn a_list_is_neither_empty_nor_longer_than_a_thousand() {
    let desk = Desk::open().await;
    let item = json!({"prospect_id": prospect(desk.id, 0), "progress": "replied"});

    let empty = desk
        .post(&desk.path("progress"), &json!({"progress": []}))
        .await;
    let long = json!({"progress": vec![item; 1_001]});
    let long = desk.post(&desk.path("progress"), &long).await;
    let none = desk
        .post("/internal/permits/outcomes", &json!({"outcomes": []}))
        .await;
    let no_permits = desk
        .post(&desk.path("permits"), &json!({"permits": []}))
        .await;

    for refused in [empty, long, none, no_permits] {
        assert_eq!(refused.problem(), (400, "invalid_request".to_owned()));
    }
    assert_eq!(desk.story().await, Vec::<&str>::new());
}

#[tokio::test]
async fn one_item_that_is_not_understood_refuses_the_list_and_names_its_place() {
    let desk = Desk::open().await;
    let item = |word| json!({"prospect_id": prospect(desk.id, 0), "progress": word});

    let asked = json!({"progress": [item("replied"), item("jane@example.com")]});
    let answer = desk.post(&desk.path("progress"), &asked).await;

    assert_eq!(answer.status, 400);
    assert!(
        answer
            .message()
            .starts_with("progress[1].progress must be one of")
    );
    assert!(!answer.body.contains("jane"), "{answer:?}");
    assert_eq!(desk.story().await, Vec::<&str>::new());
}

#[tokio::test]
async fn a_list_for_a_campaign_that_is_not_there_is_not_found() {
    let desk = Desk::open().await;
    let item = json!({"prospect_id": prospect(desk.id, 0), "progress": "replied"});
    let path = format!("/internal/campaigns/{}/progress", Uuid::nil());

    let answer = desk.post(&path, &json!({"progress": [item]})).await;

    assert_eq!(answer.problem(), (404, "campaign_not_found".to_owned()));
}
