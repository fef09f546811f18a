//! What every refusal about a campaign tells: where it stands and what may be asked of it.

use serde_json::json;
use testkit::{TestApp, node};

#[tokio::test]
async fn a_refusal_offers_what_the_status_allows() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let offered = [
        ("draft", app.draft_campaign(&tenant).await, "/pause"),
        ("launching", app.launching_campaign(&tenant).await, "/pause"),
        ("active", app.active_campaign(&tenant).await, "/resume"),
        ("paused", app.paused_campaign(&tenant).await, "/pause"),
        (
            "completed",
            app.completed_campaign(&tenant).await,
            "/resume",
        ),
    ];
    let actions = [
        json!(["launch", "update", "edit_sequence", "edit_leads", "delete"]),
        json!(["update", "delete"]),
        json!(["pause", "update", "delete"]),
        json!(["resume", "update", "delete"]),
        json!(["update", "delete"]),
    ];

    for ((status, id, path), actions) in offered.into_iter().zip(actions) {
        let answer = app.about(&tenant, "POST", id, path).await;

        let details = json!({"current_status": status, "allowed_actions": actions});
        assert_eq!((answer.status, answer.details()), (400, details));
    }
}

#[tokio::test]
async fn an_absent_campaign_and_anothers_have_no_standing() {
    let app = TestApp::spawn().await;
    let (tenant, other) = (app.tenant().await, app.tenant().await);
    let theirs = app.active_campaign(&other).await;
    let absent = testkit::new_campaign_id();
    let nodes = "/sequence/nodes";

    for id in [theirs, absent] {
        let put = format!("{nodes}/{}", node(id, 0).0);
        let mail = json!({"type": "email"}).to_string();
        let named = json!({"nodeId": node(id, 0).0, "toPosition": 0}).to_string();
        for answer in [
            app.about(&tenant, "PATCH", id, "").json("{}").await,
            app.about(&tenant, "DELETE", id, "").await,
            app.about(&tenant, "POST", id, "/launch").await,
            app.about(&tenant, "POST", id, "/sync-stats").await,
            app.about(&tenant, "POST", id, nodes).json(&mail).await,
            app.about(&tenant, "PATCH", id, nodes).json(&named).await,
            app.about(&tenant, "DELETE", id, nodes).json(&named).await,
            app.about(&tenant, "PUT", id, &put).json("{}").await,
        ] {
            assert_eq!(answer.problem(), (404, "campaign_not_found".to_owned()));
            assert!(answer.details().is_null());
        }
    }
    assert_eq!(app.get(&other, theirs).await.status, 200);
}

#[tokio::test]
async fn a_refusal_with_a_key_is_repeated_as_it_was() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.paused_campaign(&tenant).await;

    let first = app.pause(&tenant, id).idempotency_key("once").await;
    app.resume(&tenant, id).await;
    let again = app.pause(&tenant, id).idempotency_key("once").await;

    assert_eq!((again.status, &again.body), (400, &first.body));
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
}
