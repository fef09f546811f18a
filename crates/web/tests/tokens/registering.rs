//! Tags that make a token a campaign's.

use crate::clerk::Clerk;
use serde_json::json;
use testkit::{TestApp, new_campaign_id};

#[tokio::test]
async fn a_sleeper_of_a_paused_campaign_is_told_so_at_once() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;
    let tenant = app.tenant().await;
    let id = app.paused_campaign(&tenant).await;
    let prospect = new_campaign_id();

    let tags = json!([
        format!("campaign:{id}"),
        format!("prospect:{prospect}"),
        "kind:sleep"
    ]);
    let token = clerk.token(&json!({"tags": tags})).await;

    let token = clerk.look(&token).await;
    assert_eq!(token["status"], "COMPLETED");
    assert_eq!(token["output"], r#"{"json":{"paused":true}}"#);
    assert_eq!(token["outputType"], "application/super+json");
    assert_eq!(token["tags"], tags);
}

#[tokio::test]
async fn a_sleeper_of_an_active_campaign_sleeps_and_one_that_waits_for_it_to_go_on_does_not() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;
    let tenant = app.tenant().await;
    let campaign = format!("campaign:{}", app.active_campaign(&tenant).await);

    let sleeper = clerk.token(&json!({"tags": [campaign]})).await;
    let parked = clerk
        .token(&json!({"tags": [campaign, "kind:pause"]}))
        .await;

    assert_eq!(clerk.look(&sleeper).await["status"], "WAITING");
    let parked = clerk.look(&parked).await;
    assert_eq!(parked["output"], r#"{"json":{"resumed":true}}"#);
}

#[tokio::test]
async fn a_campaign_that_is_not_there_is_not_found_and_not_asked_for_again() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;

    let tag = format!("campaign:{}", new_campaign_id());
    let answer = clerk.create(&json!({"tags": [tag]})).await;

    assert_eq!(answer.refusal(), (404, "Campaign not found".to_owned()));
    assert_eq!(answer.header("x-should-retry"), Some("false"));
}

#[tokio::test]
async fn tags_that_contradict_each_other_are_refused() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;
    let campaign = format!("campaign:{}", new_campaign_id());
    let other = format!("campaign:{}", new_campaign_id());

    for tags in [
        json!(["campaign:nonsense"]),
        json!("campaign:"),
        json!([campaign, other]),
        json!([campaign, "prospect:nobody"]),
        json!([campaign, "kind:nap"]),
        json!([campaign, "kind:sleep", "kind:pause"]),
    ] {
        let (status, error) = clerk.create(&json!({"tags": tags})).await.refusal();

        assert_eq!(status, 400, "{tags}");
        assert!(error.starts_with("Validation error: "), "{error}");
    }
}

#[tokio::test]
async fn without_a_campaign_such_tags_are_tags_like_any_other() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;

    let tags = json!(["kind:nap", "prospect:nobody"]);
    let token = clerk.token(&json!({"tags": tags})).await;

    assert_eq!(clerk.look(&token).await["tags"], tags);
}

#[tokio::test]
async fn a_campaign_whose_events_are_all_detached_still_has_sleepers() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;
    let tenant = app.tenant().await;
    let id = app.paused_campaign(&tenant).await;
    let last = i64::try_from(app.events(id).await.len()).unwrap();
    app.draft_campaign(&tenant).await;
    let journal = app.database().journal_of(tenant.user_id);
    app.database().archive(journal, last + 1, last).await;
    app.database().detach(journal, 1).await;

    let token = clerk
        .token(&json!({"tags": [format!("campaign:{id}")]}))
        .await;

    assert_eq!(clerk.look(&token).await["status"], "COMPLETED");
    app.database().attach(journal, 1, last).await;
}
