//! Whether a campaign could be launched (campaign API, section 1.10).

use serde_json::json;
use testkit::TestApp;

#[tokio::test]
async fn a_draft_that_lacks_nothing_is_ready() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.draft_campaign(&tenant).await;
    let before = app.checksums().await;

    let answer = app.about(&tenant, "GET", id, "/validate").await;

    let expected = json!({
        "ready": true,
        "checks": {
            "is_draft": true, "has_sender_accounts": true, "sender_accounts_ready": true,
            "has_prospects": true, "prospect_count": 3, "has_sendable_nodes": true,
            "all_nodes_have_content": true, "messages_generated": false, "message_count": 0,
        },
        "errors": [],
        "warnings": ["No draft messages have been generated"],
    });
    assert_eq!((answer.status, answer.json()), (200, expected));
    assert_eq!(app.checksums().await, before);
}

#[tokio::test]
async fn ready_means_exactly_that_there_is_no_error() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.campaign(&tenant).prospects(0).draft().await;
    let patch = json!({"sequence_nodes": [
        {"type": "ai"}, {"type": "email", "subject": "Hello"}, {"type": "end"},
    ]});
    app.about(&tenant, "PATCH", id, "")
        .json(&patch.to_string())
        .await;

    let answer = app.about(&tenant, "GET", id, "/validate").await.json();

    assert_eq!(answer["ready"], false);
    assert_eq!(
        answer["errors"],
        json!([
            "No pending leads",
            "Nodes with missing content at positions 1"
        ])
    );
    assert_eq!(answer["checks"]["all_nodes_have_content"], false);
    assert_eq!(answer["checks"]["has_prospects"], false);
    let warnings = [
        "No draft messages have been generated",
        "AI nodes without examples at positions 0",
    ];
    assert_eq!(answer["warnings"], json!(warnings));
}

#[tokio::test]
async fn what_is_no_draft_has_that_as_its_only_error() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    for (status, id) in [
        ("launching", app.launching_campaign(&tenant).await),
        ("active", app.active_campaign(&tenant).await),
        ("paused", app.paused_campaign(&tenant).await),
        ("completed", app.completed_campaign(&tenant).await),
    ] {
        let answer = app.about(&tenant, "GET", id, "/validate").await.json();

        let error = format!("Campaign is {status} — must be draft to launch");
        assert_eq!(answer["errors"], json!([error]));
        assert_eq!(answer["ready"], false);
        assert_eq!(answer["checks"]["is_draft"], false);
    }
}

#[tokio::test]
async fn a_campaign_that_is_not_there_is_not_found() {
    let app = TestApp::spawn().await;
    let (tenant, other) = (app.tenant().await, app.tenant().await);
    let id = app.draft_campaign(&other).await;

    for id in [id, testkit::new_campaign_id()] {
        let answer = app.about(&tenant, "GET", id, "/validate").await;

        assert_eq!(answer.problem(), (404, "campaign_not_found".to_owned()));
    }
}
