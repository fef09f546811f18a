//! Who may ask.

use crate::clerk::{Clerk, TOKENS};
use serde_json::json;
use testkit::TestApp;

const PATHS: [(&str, &str); 6] = [
    ("POST", "/api/v1/waitpoints/tokens"),
    ("GET", "/api/v1/waitpoints/tokens"),
    ("GET", "/api/v1/waitpoints/tokens/waitpoint_cabc"),
    ("POST", "/api/v1/auth/jwt/claims"),
    ("POST", "/api/v1/auth/public-tokens"),
    (
        "POST",
        "/engine/v1/runs/run_1/waitpoints/tokens/waitpoint_cabc/wait",
    ),
];

#[tokio::test]
async fn nobody_is_told_that_there_were_no_credentials() {
    let app = TestApp::spawn().await;

    for (method, path) in PATHS {
        let answer = app.internal(method, path).body("{}").await;

        let body = answer.json();
        assert_eq!(answer.status, 401, "{path}");
        assert_eq!(
            answer.header("content-type"),
            Some("application/problem+json")
        );
        assert_eq!(body["title"], "Unauthorized");
        assert_eq!(body["detail"], body["error"]);
    }
}

#[tokio::test]
async fn a_key_that_opens_nothing_here_is_a_bad_key() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;
    let tenant = app.tenant().await;
    let forged = format!("{}{}", &clerk.key[..24], "0".repeat(48));

    for key in [tenant.key.as_str(), forged.as_str(), "tr_dev_1234", ""] {
        for (method, path) in PATHS {
            let answer = app.internal(method, path).bearer(key).body("{}").await;

            let expected = (401, "Invalid API key".to_owned());
            assert_eq!(answer.refusal(), expected, "{key} at {path}");
        }
    }
}

#[tokio::test]
async fn the_public_listener_has_no_tokens() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;

    let mut connection = app.raw().await;
    let key = &clerk.key;
    connection
        .send(&format!(
            "GET {TOKENS} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {key}\r\nconnection: close\r\n\r\n"
        ))
        .await;

    assert_eq!(
        connection.last_answer().await.problem(),
        (404, "not_found".to_owned())
    );
}

#[tokio::test]
async fn every_internal_key_sees_every_token() {
    let app = TestApp::spawn().await;
    let (one, other) = (Clerk::new(&app).await, Clerk::new(&app).await);
    let id = one.plain_token().await;

    let answer = other.complete(&id, &json!({})).await;

    assert_eq!(answer.json()["woke"], true);
    assert_eq!(one.look(&id).await["url"], other.look(&id).await["url"]);
}

#[tokio::test]
async fn a_path_that_is_none_is_refused_in_the_platforms_shape() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;

    for path in ["/api/v1/runs/run_1", "/engine/v1/dequeue"] {
        assert_eq!(
            clerk.call("GET", path).await.refusal(),
            (404, "Not Found".to_owned())
        );
    }
}
