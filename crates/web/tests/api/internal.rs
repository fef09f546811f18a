//! The internal listener: health for whoever asks, metrics for internal keys.

use serde_json::json;
use testkit::TestApp;

#[tokio::test]
async fn health_is_told_to_whoever_asks() {
    let app = TestApp::spawn().await;

    let live = app.internal("GET", "/health/live").await;
    let ready = app.internal("GET", "/health/ready").await;

    assert_eq!((live.status, live.json()), (200, json!({"status": "live"})));
    assert_eq!(
        (ready.status, ready.json()),
        (200, json!({"status": "ready"}))
    );
}

#[tokio::test]
async fn metrics_are_for_internal_keys_alone() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;

    let without = app.internal("GET", "/metrics").await;
    let public = app.internal("GET", "/metrics").bearer(&tenant.key).await;
    let internal = app.metrics().await;

    assert_eq!(without.problem(), (401, "unauthorized".to_owned()));
    assert_eq!(public.problem(), (401, "unauthorized".to_owned()));
    assert_eq!(internal.status, 200);
}

#[tokio::test]
async fn the_public_api_is_not_on_the_internal_listener() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;

    let answer = app
        .internal("GET", "/api/campaigns")
        .bearer(&tenant.key)
        .await;

    assert_eq!(answer.problem(), (404, "not_found".to_owned()));
}

#[tokio::test]
async fn metrics_count_requests_commands_and_waiting_effects() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;
    let sleeper = app.internal("POST", "/api/v1/waitpoints/tokens");
    let sleeper = sleeper.bearer(&app.internal_key().await);
    let token = sleeper.json(&format!("{{\"tags\":[\"campaign:{id}\"]}}"));
    assert_eq!(token.await.status, 200);
    app.pause(&tenant, id).await;
    app.pause(&tenant, id).await;
    app.launching_campaign(&tenant).await;
    app.settle().await;

    let metrics = app.metrics().await;

    let pause = "method=\"POST\",route=\"/api/campaigns/{id}/pause\"";
    for line in [
        format!("fermata_http_requests_total{{{pause},status=\"200\"}} 1"),
        format!("fermata_http_requests_total{{{pause},status=\"400\"}} 1"),
        "fermata_commands_total{command=\"pause\",outcome=\"done\"} 1".to_owned(),
        "fermata_commands_total{command=\"pause\",outcome=\"rejected\"} 1".to_owned(),
        "fermata_batches_total{outcome=\"committed\"} 1".to_owned(),
        "fermata_effects_waiting{kind=\"start_run\"} 1".to_owned(),
        "fermata_effects{state=\"due\",kind=\"start_run\"} 1".to_owned(),
        "fermata_wake_seconds_count{place=\"built_in\"} 1".to_owned(),
    ] {
        assert!(
            metrics.body.lines().any(|it| it == line),
            "no {line} in\n{}",
            metrics.body
        );
    }
    assert!(metrics.body.ends_with("# EOF\n"));
    let kind = metrics.header("content-type").unwrap();
    assert!(kind.starts_with("application/openmetrics-text"), "{kind}");
}

#[tokio::test]
async fn metrics_hold_no_key_and_no_campaign() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;
    app.pause(&tenant, id).await;
    app.public("GET", &format!("/somewhere/{}", tenant.key))
        .await;

    let metrics = app.metrics().await.body;

    for secret in [
        &tenant.key[..24],
        &id.to_string(),
        &tenant.user_id.0.to_string(),
    ] {
        assert!(!metrics.contains(secret), "{secret} in\n{metrics}");
    }
}
