//! How often somebody may ask, and how they are told.

use crate::clerk::Clerk;
use cli::service::Settings;
use futures_util::future::join_all;
use serde_json::json;
use std::num::NonZeroU32;
use testkit::TestApp;

fn three_at_once(settings: &mut Settings) {
    settings.token_rate_per_second = NonZeroU32::new(1);
    settings.token_rate_burst = NonZeroU32::new(3).unwrap();
}

fn now_in_milliseconds() -> i64 {
    let since = std::time::UNIX_EPOCH.elapsed().unwrap();
    i64::try_from(since.as_millis()).unwrap()
}

#[tokio::test]
async fn every_answer_of_the_api_tells_how_the_key_stands() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;

    let answers = [
        clerk.create(&json!({})).await,
        clerk.list("").await,
        clerk.list("page[size]=0").await,
        clerk.retrieve("waitpoint_cabc").await,
        clerk.call("GET", "/api/v1/nowhere").await,
        app.internal("GET", "/api/v1/waitpoints/tokens").await,
        app.internal("GET", "/api/v1/waitpoints/tokens")
            .bearer("nobody")
            .await,
    ];

    for answer in answers {
        let number = |name| answer.header(name).unwrap().parse::<i64>().unwrap();
        assert_eq!(number("x-ratelimit-limit"), 25_000);
        assert!((0..25_000).contains(&number("x-ratelimit-remaining")));
        let ahead = number("x-ratelimit-reset") - now_in_milliseconds();
        assert!((-10_000..=1_000).contains(&ahead), "{ahead}");
    }
}

#[tokio::test]
async fn who_asks_too_often_is_told_when_to_ask_again() {
    let app = TestApp::spawn_with(three_at_once).await;
    let clerk = Clerk::new(&app).await;

    let answers = join_all((0..64).map(|_| clerk.list("").send())).await;

    let (served, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|it| it.status == 200);
    assert!(
        3 <= served.len() && !refused.is_empty(),
        "{} were served",
        served.len()
    );
    for answer in refused {
        let body = answer.json();
        assert_eq!(answer.status, 429);
        assert_eq!(
            answer.header("content-type"),
            Some("application/problem+json")
        );
        assert_eq!(answer.header("x-ratelimit-remaining"), Some("0"));
        assert_eq!(answer.header("retry-after"), None);
        assert_eq!(body["title"], "Rate Limit Exceeded");
        assert_eq!((&body["limit"], &body["remaining"]), (&json!(3), &json!(0)));
        assert_eq!(body["secondsUntilReset"], 1);
        let reset = body["reset"].as_i64().unwrap().to_string();
        assert_eq!(answer.header("x-ratelimit-reset"), Some(reset.as_str()));
    }
}

#[tokio::test]
async fn public_tokens_runs_callbacks_and_strangers_take_nothing_from_a_key() {
    let app = TestApp::spawn_with(three_at_once).await;
    let clerk = Clerk::new(&app).await;
    let made = clerk.create(&json!({})).await;
    let (id, url) = (
        made.json()["id"].as_str().unwrap().to_owned(),
        made.json()["url"].clone(),
    );
    let callback = url
        .as_str()
        .unwrap()
        .strip_prefix(&app.internal_url())
        .unwrap()
        .to_owned();
    let browser = Clerk {
        app: &app,
        key: made.header("x-trigger-jwt").unwrap().to_owned(),
    };
    let wait = format!("/engine/v1/runs/run_1/waitpoints/tokens/{id}/wait");

    for _ in 0..5 {
        browser.complete(&id, &json!({})).await;
        clerk.call("POST", &wait).body("").await;
        app.internal("POST", &callback).body("{}").await;
        app.internal("GET", "/api/v1/waitpoints/tokens")
            .bearer("nobody")
            .await;
    }

    assert_eq!(clerk.retrieve(&id).await.status, 200);
}

#[tokio::test]
async fn without_a_limit_nobody_is_counted() {
    let app = TestApp::spawn_with(|settings| settings.token_rate_per_second = None).await;
    let clerk = Clerk::new(&app).await;

    let answer = clerk.list("").await;

    assert_eq!(
        (answer.status, answer.header("x-ratelimit-limit")),
        (200, None)
    );
}
