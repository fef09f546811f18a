//! `GET /internal/campaigns/{id}/permits?state=open`, and the names that a dry run tells.

use crate::desk::{Desk, text};
use serde_json::{Value, json};
use testkit::TestApp;

fn ids(permits: &Value) -> Vec<String> {
    let permits = permits.as_array().expect("a list");
    permits.iter().map(|permit| text(&permit["id"])).collect()
}

#[tokio::test]
async fn open_permits_are_listed_page_by_page_and_closed_ones_are_not() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.campaign(&tenant).prospects(5).active().await;
    let desk = Desk::at(app, tenant, id).await;
    let mut permits = Vec::new();
    for number in 0..5 {
        permits.push(desk.permit(number).await);
    }
    desk.report(&permits.remove(1), &json!({"outcome": "sent"}))
        .await;

    let first = desk
        .get(&desk.path("permits?state=open&limit=3"))
        .await
        .json();
    let next = text(&first["next"]);
    let rest = desk
        .get(&desk.path(&format!("permits?limit=3&after={next}")))
        .await
        .json();

    assert_eq!(ids(&first["permits"]), permits[..3]);
    assert_eq!(ids(&rest["permits"]), permits[3..]);
    assert!(rest["next"].is_null());
    assert_eq!(first["permits"][0]["state"], "open");
    assert!(first["permits"][0]["granted_at"].is_string());
}

#[tokio::test]
async fn a_page_that_cannot_be_is_refused() {
    let desk = Desk::open().await;

    for query in ["state=sent", "limit=0", "limit=1001", "after=me", "else=1"] {
        let answer = desk.get(&desk.path(&format!("permits?{query}"))).await;

        assert_eq!(
            answer.problem(),
            (400, "invalid_request".to_owned()),
            "{query}"
        );
    }
}

#[tokio::test]
async fn a_deleted_campaign_has_no_list() {
    let desk = Desk::open().await;
    desk.permit(0).await;
    desk.delete().await;

    let answer = desk.get(&desk.path("permits")).await;

    assert_eq!(answer.problem(), (404, "campaign_not_found".to_owned()));
}

#[tokio::test]
async fn a_dry_run_of_a_pause_names_the_permits_that_it_would_not_call_back() {
    let desk = Desk::open().await;
    let mut permits = vec![
        desk.permit(0).await,
        desk.permit(1).await,
        desk.permit(2).await,
    ];
    desk.report(&permits.remove(0), &json!({"outcome": "failed"}))
        .await;

    let dry = desk.app.pause(&desk.tenant, desk.id).dry_run().await.json();
    let wet = desk.pause().await;

    assert_eq!(dry["preview"]["sends_in_flight"], 2);
    assert_eq!(ids(&dry["preview"]["open_permits"]), permits);
    assert!(wet.json()["preview"].is_null());
    let listed = desk.get(&desk.path("permits")).await.json();
    assert_eq!(listed["permits"], dry["preview"]["open_permits"]);
}

#[tokio::test]
async fn a_dry_run_names_a_hundred_permits_at_most_and_counts_all() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app
        .campaign(&tenant)
        .linkedin()
        .prospects(101)
        .active()
        .await;
    let desk = Desk::at(app, tenant, id).await;
    let items = (0..101).map(|number| testkit::prospect(id, number));
    let asked: Vec<Value> = items
        .map(|who| json!({"prospect_id": who, "node_id": testkit::node(id, 0)}))
        .collect();
    desk.post(&desk.path("permits"), &json!({ "permits": asked }))
        .await;

    let dry = desk.app.pause(&desk.tenant, desk.id).dry_run().await.json();

    assert_eq!(dry["preview"]["sends_in_flight"], 101);
    assert_eq!(ids(&dry["preview"]["open_permits"]).len(), 100);
}
