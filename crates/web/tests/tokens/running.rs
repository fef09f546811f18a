//! Runs that go to sleep.

use crate::clerk::Clerk;
use serde_json::json;
use testkit::TestApp;

fn path(id: &str) -> String {
    format!("/engine/v1/runs/run_1/waitpoints/tokens/{id}/wait")
}

#[tokio::test]
async fn a_run_may_sleep_on_any_token_that_is_there() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;
    let (waiting, over) = (clerk.plain_token().await, clerk.plain_token().await);
    clerk.complete(&over, &json!({})).await;

    for id in [waiting, over] {
        let answer = clerk.call("POST", &path(&id)).body("").await;

        assert_eq!(
            (answer.status, answer.json()),
            (200, json!({"success": true}))
        );
    }
}

#[tokio::test]
async fn a_run_cannot_sleep_on_an_unknown_token() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;

    let answer = clerk.call("POST", &path("waitpoint_cabc")).body("").await;

    assert_eq!(answer.refusal(), (404, "Waitpoint not found".to_owned()));
    assert_eq!(answer.header("x-should-retry"), Some("false"));
    assert_eq!(answer.header("x-ratelimit-limit"), None);
}
