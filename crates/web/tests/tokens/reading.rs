//! Looking at one token.

use crate::clerk::Clerk;
use serde_json::json;
use testkit::{TestApp, eventually};

#[tokio::test]
async fn a_token_that_waits_has_no_nulls_and_no_output() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;
    let id = clerk.token(&json!({"tags": ["b", "a"]})).await;

    let token = clerk.look(&id).await;

    let fields = token.as_object().unwrap();
    assert!(fields.values().all(|value| !value.is_null()), "{token}");
    let names: Vec<&str> = fields.keys().map(String::as_str).collect();
    let expected = [
        "createdAt",
        "id",
        "idempotencyKey",
        "outputIsError",
        "status",
        "tags",
        "type",
        "url",
        "userProvidedIdempotencyKey",
    ];
    assert_eq!(names, expected);
    assert_eq!(token["status"], "WAITING");
    assert_eq!(token["tags"], json!(["b", "a"]));
    assert_eq!(token["userProvidedIdempotencyKey"], false);
    assert!(token["idempotencyKey"].is_string());
    let created_at = token["createdAt"].as_str().unwrap();
    assert!(
        created_at.len() == 24 && created_at.ends_with('Z'),
        "{created_at}"
    );
}

#[tokio::test]
async fn the_prefix_of_an_id_may_be_left_out() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;
    let id = clerk.plain_token().await;
    let bare = id.strip_prefix("waitpoint_").unwrap();

    assert_eq!(clerk.look(bare).await["id"], json!(id));
    assert_eq!(clerk.complete(bare, &json!({})).await.status, 200);
}

#[tokio::test]
async fn what_is_stored_depends_on_what_was_given() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;

    for (body, output, output_type) in [
        (json!({}), None, "application/json"),
        (json!({"data": ""}), None, "application/json"),
        (json!({"output": "ignored"}), None, "application/json"),
        (json!({"data": "text"}), Some("text"), "text/plain"),
        (
            json!({"data": null}),
            Some(r#"{"json":null}"#),
            "application/super+json",
        ),
        (
            json!({"data": false}),
            Some(r#"{"json":false}"#),
            "application/super+json",
        ),
        (
            json!({"data": {"paused": true}}),
            Some(r#"{"json":{"paused":true}}"#),
            "application/super+json",
        ),
    ] {
        let id = clerk.plain_token().await;
        clerk.complete(&id, &body).await;

        let token = clerk.look(&id).await;

        assert_eq!(token["status"], "COMPLETED");
        assert_eq!(
            token.get("output").map(|it| it.as_str().unwrap()),
            output,
            "{body}"
        );
        assert_eq!(token["outputType"], output_type, "{body}");
        assert_eq!(token["outputIsError"], false);
        assert!(token["completedAt"].is_string());
    }
}

#[tokio::test]
async fn a_large_output_stays_with_its_token() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;
    let id = clerk.plain_token().await;
    let data = "x".repeat(1_000_000);

    clerk.complete(&id, &json!({"data": [data]})).await;

    let token = clerk.look(&id).await;
    assert_eq!(token["outputType"], "application/super+json");
    assert_eq!(token["output"].as_str().unwrap().len(), data.len() + 13);
}

#[tokio::test]
async fn a_token_whose_time_ran_out_says_when() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;
    let id = clerk.token(&json!({"timeout": "1s"})).await;

    let token = eventually("a token whose time ran out", async || {
        Some(clerk.look(&id).await).filter(|token| token["status"] == "TIMED_OUT")
    })
    .await;

    let output: serde_json::Value =
        serde_json::from_str(token["output"].as_str().unwrap()).unwrap();
    let message = format!(
        "Waitpoint timed out at {}",
        token["timeoutAt"].as_str().unwrap()
    );
    let expected = json!({"code": "TRIGGER_WAITPOINT_TIMEOUT", "message": message});
    assert_eq!(output, expected);
    assert_eq!(token["outputType"], "application/json");
    assert_eq!(token["outputIsError"], true);
}

#[tokio::test]
async fn an_unknown_token_is_not_found_and_not_asked_for_again() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;

    for id in ["waitpoint_cabc", "waitpoint_a_b", "run_abc", "waitpoint_"] {
        let answer = clerk.retrieve(id).await;

        assert_eq!(
            answer.refusal(),
            (404, "Waitpoint not found".to_owned()),
            "{id}"
        );
        assert_eq!(answer.header("x-should-retry"), Some("false"));
    }
}
