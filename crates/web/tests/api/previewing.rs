//! `?dry_run=true`: the answer that there would be, and nothing written.

use serde_json::json;
use testkit::TestApp;

#[tokio::test]
async fn a_dry_run_answers_as_the_pause_would_and_previews_its_effects() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;
    for number in 0..2 {
        app.elsewhere(&tenant, id, testkit::request_permit(id, number))
            .await;
    }

    let dry = app.pause(&tenant, id).dry_run().await;
    let wet = app.pause(&tenant, id).await;

    let effect = json!({
        "kind": "complete_waitpoints",
        "detail": {"token_kind": "sleep", "output": {"paused": true}},
    });
    assert_eq!(dry.status, 200);
    assert_eq!(
        dry.json()["preview"],
        json!({"sends_in_flight": 2, "open_permits": dry.json()["preview"]["open_permits"], "effects": [effect]})
    );
    let (mut promised, mut done) = (dry.json(), wet.json());
    for answer in [&mut promised, &mut done] {
        answer["campaign"]["updated_at"] = json!("some time");
    }
    assert_eq!(promised["campaign"], done["campaign"]);
    assert!(wet.json()["preview"].is_null());
}

#[tokio::test]
async fn a_dry_run_leaves_every_table_as_it_was() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let (active, paused) = (
        app.active_campaign(&tenant).await,
        app.paused_campaign(&tenant).await,
    );
    let before = app.checksums().await;

    app.pause(&tenant, active)
        .dry_run()
        .reason("only looking")
        .await;
    app.pause(&tenant, active)
        .dry_run()
        .idempotency_key("once")
        .await;
    app.resume(&tenant, paused).dry_run().await;
    app.resume(&tenant, active).dry_run().await;

    assert_eq!(app.checksums().await, before);
}

#[tokio::test]
async fn a_dry_run_is_refused_as_the_pause_would_be() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let (active, paused) = (
        app.active_campaign(&tenant).await,
        app.paused_campaign(&tenant).await,
    );

    for (dry, wet) in [
        (
            app.pause(&tenant, paused).dry_run(),
            app.pause(&tenant, paused),
        ),
        (
            app.resume(&tenant, active).dry_run(),
            app.resume(&tenant, active),
        ),
        (
            app.pause(&tenant, active).dry_run().if_match("\"1\""),
            app.pause(&tenant, active).if_match("\"1\""),
        ),
    ] {
        let (dry, wet) = (dry.await, wet.await);

        assert_eq!((dry.status, &dry.body), (wet.status, &wet.body));
        assert!(400 <= dry.status);
    }
}

#[tokio::test]
async fn a_dry_run_of_a_resume_foresees_the_completion() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.campaign(&tenant).finished_while_paused().await;

    let dry = app.resume(&tenant, id).dry_run().await;

    assert_eq!(dry.json()["campaign"]["status"], "completed");
    assert_eq!(
        app.get(&tenant, id).await.json()["campaign"]["status"],
        "paused"
    );
}

#[tokio::test]
async fn dry_run_is_true_or_false() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;
    let ask = async |query: &str| {
        let path = format!("/api/campaigns/{id}/pause?{query}");
        app.public("POST", &path).bearer(&tenant.key).await
    };

    for query in ["dry_run=maybe", "dry_run", "dry_run=", "dry_run=TRUE"] {
        assert_eq!(
            ask(query).await.problem(),
            (400, "invalid_request".to_owned()),
            "{query}"
        );
    }
    assert_eq!(
        ask("dry_run=false").await.json()["campaign"]["status"],
        "paused"
    );
    assert_eq!(
        app.get(&tenant, id).await.json()["campaign"]["status"],
        "paused"
    );
}
