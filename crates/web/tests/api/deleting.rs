//! Deleting a campaign (campaign API, section 1.6).

use domain::Event;
use serde_json::json;
use testkit::TestApp;

#[tokio::test]
async fn a_campaign_of_any_status_is_deleted_with_its_prospects_and_keeps_its_history() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    for id in [
        app.draft_campaign(&tenant).await,
        app.launching_campaign(&tenant).await,
        app.active_campaign(&tenant).await,
        app.paused_campaign(&tenant).await,
        app.completed_campaign(&tenant).await,
    ] {
        let events = app.events(id).await.len();

        let answer = app.about(&tenant, "DELETE", id, "").await;

        assert_eq!(
            (answer.status, answer.body.as_str()),
            (200, "{\"success\":true}")
        );
        assert_eq!(app.get(&tenant, id).await.status, 404);
        let after = app.events(id).await;
        assert_eq!(after.len(), events + 1);
        assert!(matches!(
            after.last().unwrap().event,
            Event::CampaignDeleted(_)
        ));
    }
    assert_eq!(app.list(&tenant).await.json(), json!({"campaigns": []}));
    assert_eq!(app.checksums().await["prospects"], "empty");
}

#[tokio::test]
async fn a_deletion_cancels_the_runs_of_a_campaign_under_way() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;

    app.about(&tenant, "DELETE", id, "").await;

    let effect = app.effects(id).await.pop().unwrap();
    assert_eq!(effect.kind, "cancel_runs");
}

#[tokio::test]
async fn a_second_deletion_finds_nothing_unless_it_carries_its_key() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.draft_campaign(&tenant).await;
    let delete = || app.about(&tenant, "DELETE", id, "").idempotency_key("once");

    let first = delete().await;
    let repeated = delete().await;
    let second = app.about(&tenant, "DELETE", id, "").await;

    assert_eq!((repeated.status, &repeated.body), (200, &first.body));
    assert_eq!(repeated.header("idempotency-replayed"), Some("true"));
    assert_eq!(second.problem(), (404, "campaign_not_found".to_owned()));
}

#[tokio::test]
async fn a_deletion_is_held_to_its_condition_and_can_be_tried_out() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;
    let before = app.checksums().await;

    let dry = app.about(&tenant, "DELETE", id, "").dry_run().await;
    let moved = app.about(&tenant, "DELETE", id, "").if_match("\"1\"").await;

    assert_eq!(dry.json()["success"], true);
    assert_eq!(dry.json()["preview"]["effects"][0]["kind"], "cancel_runs");
    assert_eq!(moved.problem(), (412, "version_mismatch".to_owned()));
    assert_eq!(app.checksums().await, before);
}

#[tokio::test]
async fn the_name_of_a_deleted_campaign_is_free_again() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.campaign(&tenant).name("Spring").draft().await;
    app.about(&tenant, "DELETE", id, "")
        .reason("begun anew")
        .await;

    let body = json!({"type": "email", "name": "Spring", "sender_account_ids": []});
    let answer = app
        .ask(&tenant, "POST", "/api/campaigns")
        .json(&body.to_string())
        .await;

    assert_eq!(answer.status, 201);
    let reason = app.events(id).await.pop().unwrap().metadata.reason;
    assert_eq!(reason.as_deref(), Some("begun anew"));
}
