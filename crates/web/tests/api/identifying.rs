//! Request ids and trace contexts: taken over if they are fit, and kept with the event.

use testkit::{TestApp, new_campaign_id};

const TRACEPARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

#[tokio::test]
async fn a_request_without_an_id_gets_one_of_its_own() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;

    let (one, other) = (app.list(&tenant).await, app.list(&tenant).await);

    assert_ne!(one.header("x-request-id"), other.header("x-request-id"));
}

#[tokio::test]
async fn a_fit_id_is_echoed_by_answers_of_every_kind() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let longest = "x".repeat(128);

    for id in ["order-4711", longest.as_str()] {
        for call in [
            app.list(&tenant),
            app.get(&tenant, new_campaign_id()),
            app.public("GET", "/api/campaigns"),
            app.public("PUT", "/api/campaigns"),
            app.public("GET", "/nowhere"),
        ] {
            let answer = call.header("x-request-id", id).await;

            assert_eq!(answer.header("x-request-id"), Some(id), "{}", answer.status);
        }
    }
}

#[tokio::test]
async fn an_id_that_is_unfit_is_replaced() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let too_long = "x".repeat(129);

    for junk in ["two words", "", "tab\there", too_long.as_str()] {
        let answer = app.list(&tenant).header("x-request-id", junk).await;

        let given = answer.header("x-request-id").unwrap();
        assert!(
            given != junk && uuid::Uuid::parse_str(given).is_ok(),
            "{junk:?} became {given:?}"
        );
    }
}

#[tokio::test]
async fn the_request_id_and_the_trace_context_are_kept_with_the_event() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;

    let call = app.pause(&tenant, id).header("x-request-id", "order-4711");
    call.header("traceparent", TRACEPARENT).await;

    let metadata = app.events(id).await.pop().unwrap().metadata;
    assert_eq!(metadata.correlation_id.as_deref(), Some("order-4711"));
    assert_eq!(metadata.traceparent.as_deref(), Some(TRACEPARENT));
}

#[tokio::test]
async fn an_id_that_was_made_for_the_request_is_kept_with_the_event_too() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;

    let answer = app.pause(&tenant, id).await;

    let metadata = app.events(id).await.pop().unwrap().metadata;
    assert_eq!(
        metadata.correlation_id.as_deref(),
        answer.header("x-request-id")
    );
    assert_eq!(metadata.traceparent, None);
}

#[tokio::test]
async fn a_malformed_trace_context_is_left_out() {
    for junk in ["", "00-xyz", &TRACEPARENT.to_uppercase(), &TRACEPARENT[1..]] {
        let app = TestApp::spawn().await;
        let tenant = app.tenant().await;
        let id = app.active_campaign(&tenant).await;

        let answer = app.pause(&tenant, id).header("traceparent", junk).await;

        assert_eq!(answer.status, 200);
        assert_eq!(
            app.events(id).await.pop().unwrap().metadata.traceparent,
            None,
            "{junk:?}"
        );
    }
}
