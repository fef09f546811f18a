//! Internal callers name only the campaign, or only the permit: whoever made it, and whichever
//! process granted it.

use crate::desk::Desk;
use serde_json::json;
use testkit::{TestApp, permit, request_permit};

#[tokio::test]
async fn campaigns_of_all_tenants_are_found_by_their_ids_alone() {
    let app = TestApp::spawn().await;
    let key = app.internal_key().await;

    for _ in 0..6 {
        let tenant = app.tenant().await;
        let id = app.active_campaign(&tenant).await;
        let path = format!("/internal/campaigns/{id}/progress");
        let prospect_id = testkit::prospect(id, 0);
        let body = json!({"progress": [{"prospect_id": prospect_id, "progress": "replied"}]});

        for _again in 0..2 {
            let call = app.internal("POST", &path).bearer(&key);
            let answer = call.json(&body.to_string()).await;
            assert_eq!(answer.json()["progress"][0]["outcome"], "recorded");
        }
    }
}

#[tokio::test]
async fn a_permit_that_another_process_granted_is_found_by_its_id() {
    let desk = Desk::open().await;
    desk.app
        .elsewhere(&desk.tenant, desk.id, request_permit(desk.id, 0))
        .await;
    let granted = permit(desk.id, 0).0.to_string();

    let answer = desk.report(&granted, &json!({"outcome": "sent"})).await;

    assert_eq!(answer.json()["outcome"], "recorded");
}

#[tokio::test]
async fn a_campaign_that_comes_after_it_was_asked_for_is_found() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = testkit::new_campaign_id();
    let desk = Desk::at(app, tenant, id).await;

    let before = desk.progress(0, "replied").await;
    desk.app.campaign(&desk.tenant).id(id).active().await;
    let after = desk.progress(0, "replied").await;

    assert_eq!((before.status, after.status), (404, 200));
}
