//! Answers that are held back until there is something to tell.

use crate::clerk::{Clerk, TOKENS};
use serde_json::json;
use std::time::{Duration, Instant};
use testkit::{TestApp, eventually};

/// Far more than an answer takes, far less than the wait that is preferred.
const SOON: Duration = Duration::from_secs(10);

async fn somebody_is_held(app: &TestApp) {
    count_held(app, 1).await;
}

async fn count_held(app: &TestApp, count: usize) {
    let wanted = format!("fermata_http_answers_held {count}");
    eventually("answers that are held back", async || {
        let metrics = app.metrics().await.body;
        metrics.lines().any(|line| line == wanted).then_some(())
    })
    .await;
}

#[tokio::test]
async fn an_answer_is_held_back_until_the_token_waits_no_more() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;
    let id = clerk.plain_token().await;
    let began = Instant::now();

    let (told, done) = tokio::join!(
        clerk.retrieve(&id).header("prefer", "wait=50").send(),
        async {
            somebody_is_held(&app).await;
            clerk.complete(&id, &json!({"data": "up"})).await
        },
    );

    assert_eq!(done.status, 200);
    assert_eq!(told.json()["output"], "up");
    assert_eq!(told.header("preference-applied"), Some("wait=50"));
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
}

#[tokio::test]
async fn an_answer_is_held_back_no_longer_than_preferred() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;
    let id = clerk.plain_token().await;
    let began = Instant::now();

    let told = clerk.retrieve(&id).header("prefer", "wait=1").await;

    assert_eq!(told.json()["status"], "WAITING");
    assert!(Duration::from_secs(1) <= began.elapsed() && began.elapsed() < SOON);
}

#[tokio::test]
async fn what_is_over_or_unknown_is_told_at_once() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;
    let id = clerk.plain_token().await;
    clerk.complete(&id, &json!({})).await;
    let began = Instant::now();

    let over = clerk.retrieve(&id).header("prefer", "wait=50").await;
    let unknown = clerk
        .retrieve("waitpoint_cabc")
        .header("prefer", "wait=50")
        .await;

    assert_eq!((over.status, unknown.status), (200, 404));
    assert!(began.elapsed() < SOON);
}

#[tokio::test]
async fn a_time_out_ends_the_wait_too() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;
    let id = clerk.token(&json!({"timeout": "1s"})).await;
    let began = Instant::now();

    let told = clerk.retrieve(&id).header("prefer", "wait=50").await;

    assert_eq!(told.json()["status"], "TIMED_OUT");
    assert!(began.elapsed() < SOON);
}

#[tokio::test]
async fn the_end_of_the_service_ends_every_wait_in_order() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;
    let id = clerk.plain_token().await;
    let held = tokio::spawn(clerk.retrieve(&id).header("prefer", "wait=50").send());
    somebody_is_held(&app).await;
    let began = Instant::now();

    app.stop().await;

    let told = held.await.unwrap();
    assert_eq!(
        (told.status, &told.json()["status"]),
        (200, &json!("WAITING"))
    );
    assert!(began.elapsed() < SOON);
}

#[tokio::test]
async fn nothing_is_held_back_for_a_client_that_went_away() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;
    let id = clerk.plain_token().await;
    let mut connection = app.raw_internal().await;
    let (path, key) = (format!("{TOKENS}/{id}"), &clerk.key);
    connection
        .send(&format!(
            "GET {path} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {key}\r\nprefer: wait=60\r\n\r\n"
        ))
        .await;
    count_held(&app, 1).await;

    drop(connection);

    count_held(&app, 0).await;
}
