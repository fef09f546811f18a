//! Completing one token.

use crate::clerk::{Clerk, TOKENS};
use serde_json::json;
use testkit::{TestApp, eventually};

#[tokio::test]
async fn the_first_completion_wins_and_the_second_is_told_that_it_did_not() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;
    let id = clerk.plain_token().await;

    let first = clerk.complete(&id, &json!({"data": 1})).await;
    let second = clerk.complete(&id, &json!({"data": 2})).await;

    assert_eq!(
        (first.status, first.json()),
        (200, json!({"success": true, "woke": true}))
    );
    assert_eq!(
        (second.status, second.json()),
        (200, json!({"success": true, "woke": false}))
    );
    assert_eq!(clerk.look(&id).await["output"], r#"{"json":1}"#);
}

#[tokio::test]
async fn a_token_whose_time_ran_out_stays_so() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;
    let id = clerk.token(&json!({"timeout": "1s"})).await;
    eventually("a time-out", async || {
        (clerk.look(&id).await["status"] == "TIMED_OUT").then_some(())
    })
    .await;

    let answer = clerk.complete(&id, &json!({"data": 1})).await;

    assert_eq!(answer.json(), json!({"success": true, "woke": false}));
    assert_eq!(clerk.look(&id).await["status"], "TIMED_OUT");
}

#[tokio::test]
async fn an_unknown_token_cannot_be_completed() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;

    for id in ["waitpoint_cabc", "waitpoint_a_b"] {
        let answer = clerk.complete(id, &json!({})).await;

        assert_eq!(answer.refusal(), (404, "Waitpoint not found".to_owned()));
    }
}

#[tokio::test]
async fn a_browser_may_complete_from_anywhere() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;
    let id = clerk.plain_token().await;
    let path = format!("{TOKENS}/{id}/complete");
    let origin = "https://app.example";

    let asked = app
        .internal("OPTIONS", &path)
        .header("origin", origin)
        .header(
            "access-control-request-headers",
            "authorization,content-type",
        )
        .await;
    let done = clerk
        .complete(&id, &json!({}))
        .header("origin", origin)
        .await;
    let refused = clerk
        .complete(&id, &json!([]))
        .header("origin", origin)
        .await;

    assert_eq!((asked.status, asked.body.as_str()), (200, "{}"));
    for (header, value) in [
        ("access-control-allow-origin", origin),
        ("access-control-allow-headers", "authorization,content-type"),
        (
            "access-control-allow-methods",
            "GET,HEAD,PUT,PATCH,POST,DELETE",
        ),
        ("access-control-max-age", "300"),
    ] {
        assert_eq!(asked.header(header), Some(value));
    }
    for answer in [done, refused] {
        assert_eq!(answer.header("access-control-allow-origin"), Some(origin));
        let exposed = answer.header("access-control-expose-headers");
        assert_eq!(exposed, Some("x-trigger-jwt,x-trigger-jwt-claims"));
    }
}

#[tokio::test]
async fn other_paths_are_not_for_browsers() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;

    let asked = app.internal("OPTIONS", TOKENS).await;
    let listed = clerk.list("").header("origin", "https://app.example").await;

    assert_eq!(asked.status, 405);
    assert_eq!(listed.header("access-control-allow-origin"), None);
}

#[tokio::test]
async fn a_method_that_a_path_does_not_have_is_refused() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;
    let id = clerk.plain_token().await;

    let silent = clerk.call("GET", &format!("{TOKENS}/{id}/complete")).await;
    let told = clerk.call("DELETE", TOKENS).await;

    assert_eq!((silent.status, silent.body.as_str()), (405, ""));
    assert_eq!(told.refusal(), (405, "Method Not Allowed".to_owned()));
    assert_eq!(told.header("allow"), Some("GET, HEAD, POST"));
}

#[tokio::test]
async fn data_is_kept_as_it_was_written_half_of_a_pair_too() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;

    for (body, output, kind) in [
        (
            r#"{"data": {"s": "cut \ud83d", "s": 117.63331139400017, "a": 1.0}}"#,
            r#"{"json":{"s": "cut \ud83d", "s": 117.63331139400017, "a": 1.0}}"#,
            "application/super+json",
        ),
        (
            r#"{"data": "cut \ud83d"}"#,
            r#"{"json":"cut \ud83d"}"#,
            "application/super+json",
        ),
        (
            r#"{"\ud83d": 1, "data": "\ud83d\ude00"}"#,
            "😀",
            "text/plain",
        ),
        (
            r#"{"data": 1, "data": 2}"#,
            r#"{"json":2}"#,
            "application/super+json",
        ),
    ] {
        let (one, many) = (clerk.plain_token().await, clerk.plain_token().await);
        let path = format!("{TOKENS}/{one}/complete");

        let answer = clerk.call("POST", &path).json(body).await;

        assert_eq!(
            answer.json(),
            json!({"success": true, "woke": true}),
            "{body}"
        );
        let token = clerk.look(&one).await;
        assert_eq!(
            (&token["output"], &token["outputType"]),
            (&json!(output), &json!(kind))
        );
        if !body.contains("\"data\": 2") {
            let ids = format!("{{\"ids\": [\"{many}\"], {}", &body[1..]);
            let ids = ids.replace("\"\\ud83d\": 1, ", "");
            let bulk = clerk
                .call("POST", "/internal/waitpoints/complete")
                .json(&ids)
                .await;
            assert_eq!(bulk.json()["results"][0]["outcome"], "completed", "{ids}");
            assert_eq!(clerk.look(&many).await["output"], output);
        }
    }
}

#[tokio::test]
async fn what_cannot_be_read_completes_nothing() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;
    let id = clerk.plain_token().await;
    let path = format!("{TOKENS}/{id}/complete");

    for body in [
        &br#"{"data": "\ud8"}"#[..],
        b"{\"data\": 01}",
        b"{\"data\": \"\xff\"}",
        b"{\"data\": NaN}",
    ] {
        let answer = clerk.call("POST", &path).body(body).await;

        assert_eq!(answer.refusal(), (400, "Invalid JSON".to_owned()));
    }
    assert_eq!(clerk.look(&id).await["status"], "WAITING");
}
